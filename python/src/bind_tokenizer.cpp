// SPDX-License-Identifier: Apache-2.0
// The tokenizer for Python: yonder/tokenizer/tokenizer.h with numpy arrays in and out, the GIL
// released around all work. Classes and functions here are plain; python/yonder/tokenizer gives
// them their signatures, documentation and the names that bytepiece uses.
// Tests: python/tests.
#include "yonder/base/error.h"
#include "yonder/tokenizer/bnlm/trainer.h"
#include "yonder/tokenizer/evaluate.h"
#include "yonder/tokenizer/formats/table.h"
#include "yonder/tokenizer/offsets.h"
#include "yonder/tokenizer/token_file.h"
#include "yonder/tokenizer/tokenizer.h"

#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>
#include <pybind11/stl/filesystem.h>

#include <cstdint>
#include <filesystem>
#include <memory>
#include <mutex>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "python/src/arrays.h"
#include "python/src/background.h"
#include "python/src/bindings.h"
#include "python/src/options.h"
#include "python/src/text.h"

namespace yonder::python {
namespace {

using namespace yonder::tokenizer;  // NOLINT(google-build-using-namespace): all of this file

EncodeOptions encode_options(const char* function, const py::dict& arguments) {
  EncodeOptions options;
  read_options(function, arguments, [&](OptionVisitor& v) { options.visit(v); });
  return options;
}

py::object file_name(const std::string& path) {
  return py::reinterpret_steal<py::object>(
      PyUnicode_DecodeFSDefaultAndSize(path.data(), static_cast<Py_ssize_t>(path.size())));
}

py::bytes to_bytes(std::string_view bytes) { return {bytes.data(), bytes.size()}; }

// ------------------------------------------------------------------------------------- Streams

// The streaming classes hold the state of one document, so calls from several threads take turns;
// the lock is taken without the GIL, or the two would wait for each other.
class StreamEncoder {
 public:
  StreamEncoder(const Tokenizer& tokenizer, const EncodeOptions& options)
      : encoder_(tokenizer.stream(options)) {}

  py::array feed(const py::handle& text) {
    const Text bytes(text);
    return locked([&](std::vector<uint32_t>& ids) { encoder_.feed(bytes.view(), ids); });
  }
  py::array finish() {
    return locked([&](std::vector<uint32_t>& ids) { encoder_.finish(ids); });
  }
  /// (bytes held back, most so far, forced cuts)
  py::tuple state() {
    const auto [lag, max_lag, forced] = released([&] {
      const std::lock_guard lock(mutex_);
      return std::make_tuple(encoder_.lag(), encoder_.max_lag(), encoder_.forced_cuts());
    });
    return py::make_tuple(lag, max_lag, forced);
  }

 private:
  template <typename Work>
  py::array locked(const Work& work) {
    return to_array(released([&] {
      const std::lock_guard lock(mutex_);
      std::vector<uint32_t> ids;
      work(ids);
      return ids;
    }));
  }
  std::mutex mutex_;
  Encoder encoder_;
};

class StreamDecoder {
 public:
  explicit StreamDecoder(const Tokenizer& tokenizer) : decoder_(tokenizer.stream_decoder()) {}

  py::bytes feed(const py::handle& ids) {
    const std::vector<uint32_t> given = ids_from(ids);
    return to_bytes(released([&] {
      const std::lock_guard lock(mutex_);
      std::string bytes;
      for (const uint32_t id : given) {
        bytes += decoder_.feed(id);
      }
      return bytes;
    }));
  }
  py::bytes finish() {
    return to_bytes(released([&] {
      const std::lock_guard lock(mutex_);
      return decoder_.finish();
    }));
  }

 private:
  std::mutex mutex_;
  Decoder decoder_;
};

// ----------------------------------------------------------------------------------- Tokenizer

// A loaded vocabulary with the state of bytepiece's sampling: a seed, and how many texts were drawn
// since it was set. The state is read and written under the GIL only.
struct Model {
  Tokenizer tokenizer;
  uint64_t seed = 0;
  uint64_t draws = 0;
};

// A new reference to what `make` returns for each id, in a list.
template <typename Make>
py::list list_of(const std::vector<uint32_t>& ids, const Make& make) {
  py::list list(ids.size());
  for (size_t i = 0; i < ids.size(); ++i) {
    PyObject* item = make(ids[i]);
    if (item == nullptr) {
      throw py::error_already_set();
    }
    PyList_SET_ITEM(list.ptr(), static_cast<Py_ssize_t>(i), item);
  }
  return list;
}

// What bytepiece's encode() and tokenize() do to a text: NFC for str and nothing for bytes (models
// of other programs have rules of their own), the best segmentation for alpha < 0, else a draw.
// Each drawn text takes the next document number.
EncodeOptions compatible_options(Model& model, bool nfc, bool bos, bool eos, double alpha) {
  EncodeOptions options;
  options.bos = bos;
  options.eos = eos;
  options.normalize = nfc && model.tokenizer.format() == "bytepiece" ? "nfc" : "model";
  if (!(alpha < 0)) {
    options.sample = true;
    options.alpha = alpha;
    options.seed = model.seed;
    options.document = model.draws++;
  }
  return options;
}

std::vector<uint32_t> compatible_ids(Model& model, const py::handle& text, bool bos, bool eos,
                                     double alpha) {
  const Text bytes(text);
  const bool nfc = bytes.str() != nullptr && !is_surely_nfc(bytes.str());
  const EncodeOptions options = compatible_options(model, nfc, bos, eos, alpha);
  return released([&] {
    std::vector<uint32_t> ids;
    model.tokenizer.encode(bytes.view(), ids, options);
    return ids;
  });
}

PyObject* piece_bytes(const Tokenizer& tokenizer, uint32_t id) {
  const std::string_view piece = tokenizer.piece(id);
  return PyBytes_FromStringAndSize(piece.data(), static_cast<Py_ssize_t>(piece.size()));
}

py::tuple encode_with_offsets(const Model& model, const py::handle& text, const std::string& unit,
                              const py::dict& arguments) {
  const Text bytes(text);
  const EncodeOptions options = encode_options("encode_with_offsets", arguments);
  std::vector<uint32_t> ids;
  std::vector<Offset> offsets;
  {
    const py::gil_scoped_release release;
    model.tokenizer.encode_with_offsets(bytes.view(), ids, offsets, options);
    convert_offsets(bytes.view(), unit, offsets);
  }
  static_assert(sizeof(Offset) == 2 * sizeof(uint64_t));
  const auto rows = static_cast<py::ssize_t>(offsets.size());
  return py::make_tuple(to_array(std::move(ids)),
                        to_array<uint64_t>(std::move(offsets), {rows, 2}));
}

py::tuple encode_batch(const Model& model, const py::handle& documents, int threads,
                       const py::dict& arguments) {
  const Texts texts(documents);
  const EncodeOptions options = encode_options("encode_batch", arguments);
  EncodedBatch batch =
      released([&] { return model.tokenizer.encode_batch(texts.views(), threads, options); });
  return py::make_tuple(to_array(std::move(batch.ids)), to_array(std::move(batch.offsets)));
}

py::list nbest(const Model& model, const py::handle& text, size_t k) {
  const Text bytes(text);
  py::list rows;
  for (Scored& row : released([&] { return model.tokenizer.nbest(bytes.view(), k); })) {
    rows.append(py::make_tuple(to_array(std::move(row.ids)), row.score));
  }
  return rows;
}

py::list sample_without_replacement(const Model& model, const py::handle& text, size_t k,
                                    const py::dict& arguments) {
  const Text bytes(text);
  const EncodeOptions options = encode_options("sample_without_replacement", arguments);
  py::list rows;
  for (ScoredDraw& row : released(
           [&] { return model.tokenizer.sample_without_replacement(bytes.view(), k, options); })) {
    rows.append(py::make_tuple(to_array(std::move(row.ids)), row.score, row.log_probability,
                               row.inclusion));
  }
  return rows;
}

py::tuple lattice(const Model& model, const py::handle& text, double alpha, bool marginals) {
  // The fields of a row of the array; numpy is needed only from here on.
  static const bool registered = [] {
    PYBIND11_NUMPY_DTYPE(EdgeMarginal, start, end, id, probability);
    return true;
  }();
  static_cast<void>(registered);
  const Text bytes(text);
  LatticeStats stats =
      released([&] { return model.tokenizer.lattice(bytes.view(), alpha, marginals); });
  return py::make_tuple(stats.log_z, stats.entropy, stats.expected_tokens, stats.expected_score,
                        stats.log_segmentations, to_array(std::move(stats.marginals)));
}

py::list heal(const Model& model, const py::handle& prompt, int max_back) {
  const Text bytes(prompt);
  py::list rows;
  for (HealCandidate& row :
       released([&] { return model.tokenizer.heal(bytes.view(), max_back); })) {
    rows.append(py::make_tuple(to_array(std::move(row.kept)), to_bytes(row.suffix),
                               to_array(std::move(row.extensions)),
                               to_array(std::move(row.inside))));
  }
  return rows;
}

std::unique_ptr<Model> load(const std::filesystem::path& path, const py::dict& arguments) {
  LoadOptions options;
  read_options("Tokenizer", arguments, [&](OptionVisitor& v) { options.visit(v); });
  std::unique_ptr<Model> model;
  run_here([&](Progress& progress) {
    model = std::make_unique<Model>(Model{Tokenizer::load(path, options, &progress)});
  });
  return model;
}

// Pieces in id order, the first of id 3.
std::vector<CountedPiece> counted_pieces(const py::handle& rows) {
  std::vector<CountedPiece> pieces;
  for (const py::handle row : rows) {
    const auto [bytes, count] = py::cast<std::pair<py::bytes, uint64_t>>(row);
    pieces.push_back({bytes, count});
  }
  return pieces;
}

std::unique_ptr<Model> from_pieces(const py::handle& rows, const py::dict& arguments) {
  LoadOptions options;
  read_options("Tokenizer", arguments, [&](OptionVisitor& v) { options.visit(v); });
  std::vector<CountedPiece> pieces = counted_pieces(rows);
  return released([&] {
    return std::make_unique<Model>(
        Model{Tokenizer(Vocabulary(std::move(pieces), "pieces"), options.scores)});
  });
}

void bind_model(py::module_& m) {
  py::class_<Model>(m, "Model")
      .def_static("load", load)
      .def_static("from_pieces", from_pieces)
      .def_readwrite("seed", &Model::seed)
      .def_readwrite("draws", &Model::draws)
      .def_property_readonly("vocab_size", [](const Model& m) { return m.tokenizer.vocab_size(); })
      .def_property_readonly(
          "checksum",
          [](const Model& m) { return released([&] { return m.tokenizer.checksum(); }); })
      .def("encode",
           [](Model& m, const py::handle& text, bool bos, bool eos, double alpha) {
             return list_of(compatible_ids(m, text, bos, eos, alpha),
                            [](uint32_t id) { return PyLong_FromUnsignedLong(id); });
           })
      .def("tokenize",
           [](Model& m, const py::handle& text, double alpha) {
             return list_of(compatible_ids(m, text, false, false, alpha),
                            [&](uint32_t id) { return piece_bytes(m.tokenizer, id); });
           })
      .def("stream_compatible",
           [](Model& m, bool nfc, bool bos, bool eos, double alpha) {
             return std::make_unique<StreamEncoder>(m.tokenizer,
                                                    compatible_options(m, nfc, bos, eos, alpha));
           })
      .def("encode_to_numpy",
           [](const Model& m, const py::handle& text, const py::dict& arguments) {
             const Text bytes(text);
             const EncodeOptions options = encode_options("encode_to_numpy", arguments);
             return to_array(released([&] {
               std::vector<uint32_t> ids;
               m.tokenizer.encode(bytes.view(), ids, options);
               return ids;
             }));
           })
      .def("encode_with_offsets", encode_with_offsets)
      .def("encode_batch", encode_batch)
      .def("nbest", nbest)
      .def("sample_without_replacement", sample_without_replacement)
      .def("lattice", lattice)
      .def("count_segmentations",
           [](const Model& m, const py::handle& text) {
             const Text bytes(text);
             return released([&] { return m.tokenizer.count_segmentations(bytes.view()); });
           })
      .def("score",
           [](const Model& m, const py::handle& text, const py::handle& ids) {
             const Text bytes(text);
             const std::vector<uint32_t> given = ids_from(ids);
             return released([&] { return m.tokenizer.score(bytes.view(), given); });
           })
      .def("log_probability",
           [](const Model& m, const py::handle& text, const py::handle& ids, double alpha) {
             const Text bytes(text);
             const std::vector<uint32_t> given = ids_from(ids);
             return released(
                 [&] { return m.tokenizer.log_probability(bytes.view(), given, alpha); });
           })
      .def("decode",
           [](const Model& m, const py::handle& ids) {
             const std::vector<uint32_t> given = ids_from(ids);
             return to_bytes(released([&] { return m.tokenizer.decode(given); }));
           })
      .def("heal", heal)
      .def("piece",
           [](const Model& m, uint32_t id) {
             require(id < m.tokenizer.vocab_size(), ErrorKind::bad_data,
                     "id {} is out of range; the vocabulary has ids 0 to {}", id,
                     m.tokenizer.vocab_size() - 1);
             return to_bytes(m.tokenizer.piece(id));
           })
      .def("id", [](const Model& m, const py::bytes& piece) { return m.tokenizer.id(piece); })
      .def("stream",
           [](const Model& m, const py::dict& arguments) {
             return std::make_unique<StreamEncoder>(m.tokenizer,
                                                    encode_options("stream", arguments));
           })
      .def("stream_decoder",
           [](const Model& m) { return std::make_unique<StreamDecoder>(m.tokenizer); })
      .def("save",
           [](const Model& m, const std::filesystem::path& path, const std::string& format) {
             run_here([&](Progress& progress) { m.tokenizer.save(path, format, &progress); });
           });
}

void bind_streams(py::module_& m) {
  py::class_<StreamEncoder>(m, "StreamEncoder")
      .def("feed", &StreamEncoder::feed)
      .def("finish", &StreamEncoder::finish)
      .def("state", &StreamEncoder::state);
  py::class_<StreamDecoder>(m, "StreamDecoder")
      .def("feed", &StreamDecoder::feed)
      .def("finish", &StreamDecoder::finish);
}

// ------------------------------------------------------------------------------------ Training

// (requested size, path, [(piece, count)])
py::tuple trained(const TrainedVocabulary& vocabulary) {
  py::list pieces;
  for (const CountedPiece& piece : vocabulary.pieces) {
    pieces.append(py::make_tuple(to_bytes(piece.bytes), piece.count));
  }
  return py::make_tuple(vocabulary.requested_size, file_name(vocabulary.path), pieces);
}

py::tuple train_vocabulary(const py::object& report, const py::dict& arguments) {
  TrainOptions options;
  read_options("train", arguments, [&](OptionVisitor& v) { options.visit(v); });
  options.validate();
  TrainReport result;
  run_in_background(report, [&](Progress& progress) { result = train(options, &progress); });
  py::list vocabularies;
  for (const TrainedVocabulary& vocabulary : result.vocabularies) {
    vocabularies.append(trained(vocabulary));
  }
  return py::make_tuple(result.text_bytes, result.kept_ngrams, result.raw_pieces,
                        result.count_seconds, result.tag_seconds, result.prune_seconds,
                        vocabularies);
}

void count(const py::object& report, const py::dict& arguments) {
  CountOptions options;
  read_options("count_ngrams", arguments, [&](OptionVisitor& v) { options.visit(v); });
  options.validate();
  run_in_background(report, [&](Progress& progress) { count_ngrams(options, &progress); });
}

void merge(const py::object& report, const std::vector<std::filesystem::path>& inputs,
           const std::filesystem::path& out, bool force) {
  std::vector<std::string> names;
  names.reserve(inputs.size());
  for (const std::filesystem::path& input : inputs) {
    names.push_back(input.string());
  }
  run_in_background(
      report, [&](Progress& progress) { merge_counts(names, out.string(), force, &progress); });
}

py::tuple from_list(const py::object& report, const py::handle& rows,
                    const std::filesystem::path& out, bool force) {
  std::vector<CountedPiece> pieces = counted_pieces(rows);
  TrainedVocabulary result;
  run_in_background(report, [&](Progress& progress) {
    result = train_from_pieces(std::move(pieces), out.string(), force, &progress);
  });
  return trained(result);
}

// Complains about options before there is anything to train on.
void check_train_options(const char* function, const py::dict& arguments) {
  TrainOptions options;
  read_options(function, arguments, [&](OptionVisitor& v) { options.visit(v); });
}

void bind_training(py::module_& m) {
  m.def("check_train_options", check_train_options);
  m.def("train", train_vocabulary);
  m.def("count_ngrams", count);
  m.def("merge_counts", merge);
  m.def("train_from_pieces", from_list);
}

// ------------------------------------------------------------------------------------- Corpora

py::tuple encode_files(const Model& model, const py::object& report, const py::dict& arguments) {
  EncodeCorpusOptions options;
  read_options("encode_corpus", arguments, [&](OptionVisitor& v) { options.visit(v); });
  options.validate();
  EncodeCorpusReport result;
  run_in_background(report, [&](Progress& progress) {
    result = encode_corpus(model.tokenizer, options, &progress);
  });
  return py::make_tuple(result.documents, result.bytes, result.ids);
}

py::tuple evaluation_row(Evaluation& row) {
  py::list scripts;
  for (const ScriptShare& share : row.scripts) {
    scripts.append(py::make_tuple(share.script, share.bytes, share.tokens));
  }
  return py::make_tuple(
      row.text, row.bytes, row.characters, row.tokens, row.score, row.single_byte_tokens,
      row.used_pieces, row.bytes_per_token(), row.characters_per_token(), row.bits_per_byte(),
      scripts, to_array(std::move(row.token_lengths)), to_array(std::move(row.never_produced)));
}

py::list evaluate_files(const Model& model, const std::vector<std::string>& inputs, int threads,
                        const py::object& report, const py::dict& arguments) {
  const EncodeOptions options = encode_options("evaluate", arguments);
  std::vector<Evaluation> result;
  run_in_background(report, [&](Progress& progress) {
    result = evaluate(model.tokenizer, inputs, options, threads, &progress);
  });
  py::list rows;
  for (Evaluation& row : result) {
    rows.append(evaluation_row(row));
  }
  return rows;
}

void bind_corpora(py::module_& m) {
  m.def("encode_corpus", encode_files);
  m.def("evaluate", evaluate_files);
  py::class_<TokenFile>(m, "TokenFile")
      .def(py::init<std::filesystem::path>())
      .def_property_readonly("size", &TokenFile::size)
      .def_property_readonly("documents", &TokenFile::documents)
      .def_property_readonly("vocab_size", &TokenFile::vocab_size)
      .def_property_readonly("model_checksum", &TokenFile::model_checksum)
      .def_property_readonly("settings", &TokenFile::settings)
      .def("require_model",
           [](const TokenFile& file, const Model& model) { file.require_model(model.tokenizer); })
      .def("read",
           [](const TokenFile& file, uint64_t first, uint64_t count) {
             return to_array(released([&] { return file.read(first, count); }));
           })
      .def("document", &TokenFile::document)
      .def("verify", &TokenFile::verify, py::call_guard<py::gil_scoped_release>());
}

}  // namespace

py::dict tokenizer_option_tables() {
  EncodeOptions encode;
  LoadOptions load;
  TrainOptions train;
  CountOptions count;
  EncodeCorpusOptions encode_corpus;
  py::dict tables;
  tables["LoadOptions"] = describe_options([&](OptionVisitor& v) { load.visit(v); });
  tables["EncodeOptions"] = describe_options([&](OptionVisitor& v) { encode.visit(v); });
  tables["TrainOptions"] = describe_options([&](OptionVisitor& v) { train.visit(v); });
  tables["CountOptions"] = describe_options([&](OptionVisitor& v) { count.visit(v); });
  tables["EncodeCorpusOptions"] =
      describe_options([&](OptionVisitor& v) { encode_corpus.visit(v); });
  return tables;
}

void bind_tokenizer(py::module_& m) {
  bind_model(m);
  bind_streams(m);
  bind_training(m);
  bind_corpora(m);
  m.def("formats", model_format_names);
  m.def("is_surely_nfc", [](const py::str& text) { return is_surely_nfc(text.ptr()); });
}

}  // namespace yonder::python
