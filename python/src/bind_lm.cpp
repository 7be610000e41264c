// SPDX-License-Identifier: Apache-2.0
// Language models for Python: yonder/lm with numpy arrays in and out, the GIL released around all
// work. python/yonder/lm gives the names, types and documentation.
//
// A module of its own, so that the rest of the package is loaded without libtorch and runs where
// there is none. Errors become exceptions by the table of yonder._core (module.cpp), which the
// package has always loaded before. Tests: python/tests/test_lm.py.
#include "yonder/lm/evaluator.h"
#include "yonder/lm/generator.h"
#include "yonder/lm/model.h"
#include "yonder/lm/position/explain.h"
#include "yonder/lm/trainer.h"

#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>
#include <pybind11/stl/filesystem.h>

#include <cstdint>
#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "python/src/arrays.h"
#include "python/src/background.h"
#include "python/src/bindings.h"
#include "python/src/options.h"
#include "python/src/text.h"

namespace yonder::python {
namespace {

using namespace yonder::lm;  // NOLINT(google-build-using-namespace): all of this file

template <typename Options>
Options read(const char* function, const py::dict& arguments) {
  Options options;
  read_options(function, arguments, [&](OptionVisitor& v) { options.visit(v); });
  return options;
}

py::bytes to_bytes(std::string_view bytes) { return {bytes.data(), bytes.size()}; }

// -------------------------------------------------------------------------------------- Configs

// Every field of a config with its name, for both directions.
template <typename Config, typename Use>
void for_each_field(Config& c, const Use& use) {
  use("model_type", c.model_type);
  use("vocab_size", c.vocab_size);
  use("hidden_size", c.hidden_size);
  use("intermediate_size", c.intermediate_size);
  use("layers", c.layers);
  use("heads", c.heads);
  use("kv_heads", c.kv_heads);
  use("head_dim", c.head_dim);
  use("norm_epsilon", c.norm_epsilon);
  use("rope_base", c.rope_base);
  use("train_length", c.train_length);
  use("train_length_source", c.train_length_source);
  use("scheme", c.scheme);
  use("windows", c.windows);
  use("rotary_layers", c.rotary_layers);
  use("tied_embeddings", c.tied_embeddings);
  use("qkv_bias", c.qkv_bias);
  use("output_bias", c.output_bias);
  use("mlp_bias", c.mlp_bias);
  use("mixers", c.mixers);
  use("ssm_state", c.ssm_state);
  use("bos", c.bos);
  use("eos", c.eos);
}

py::dict config_row(const ModelConfig& config) {
  py::dict row;
  for_each_field(config, [&](const char* name, const auto& field) { row[name] = field; });
  row["qk_norm"] = qk_norm_name(config.qk_norm);
  return row;
}

ModelConfig to_config(const py::dict& row) {
  ModelConfig config;
  for_each_field(config, [&](const char* name, auto& field) {
    field = row[name].cast<std::remove_reference_t<decltype(field)>>();
  });
  config.qk_norm = parse_qk_norm(row["qk_norm"].cast<std::string>());
  return config;
}

// ---------------------------------------------------------------------------- Models, sessions

// (log-probabilities, hits)
py::tuple scores_row(Scores scores) {
  const auto count = static_cast<py::ssize_t>(scores.hit.size());
  return py::make_tuple(to_array(std::move(scores.log_probability)),
                        to_array<bool>(std::move(scores.hit), {count}));
}

py::array logits_array(Logits logits) {
  return to_array<float>(std::move(logits.values), {logits.rows, logits.vocab});
}

// (text, ids, finish, log-probabilities, prompt tokens, prefill seconds, decode seconds)
py::tuple generated_row(Generated g) {
  return py::make_tuple(to_bytes(g.text), to_array(std::move(g.ids)),
                        std::string(finish_name(g.finish)), to_array(std::move(g.log_probability)),
                        g.prompt_tokens, g.prefill_seconds, g.decode_seconds);
}

// A session with the model that it reads with. Calls from several threads take turns; the lock is
// taken without the GIL, or the two would wait for each other.
class SharedSession {
 public:
  SharedSession(Model model, const SchemeSet& scheme, const SessionOptions& options)
      : model_(std::move(model)), session_(model_, scheme, options) {}
  SharedSession(Model model, Session session)
      : model_(std::move(model)), session_(std::move(session)) {}

  const Model& model() const { return model_; }
  /// work(session), which may not touch Python. Called without the GIL.
  template <typename Work>
  auto locked(const Work& work) {
    const std::lock_guard lock(mutex_);
    return work(session_);
  }

 private:
  const Model model_;
  std::mutex mutex_;
  Session session_;
};

using SessionPointer = std::shared_ptr<SharedSession>;

Generated generate_on(SharedSession& session, const std::vector<uint32_t>& prompt,
                      const GenerateOptions& options, uint64_t draw, const TextSink& sink,
                      Progress& progress) {
  return session.locked([&](Session& s) {
    return generate(s, session.model().codec(), prompt, options, draw, sink, &progress);
  });
}

// What Python iterates over: the text of a generation as it grows, and what it was at the end.
class TextIterator {
 public:
  TextIterator(SessionPointer session, std::vector<uint32_t> prompt, GenerateOptions options,
               uint64_t draw)
      : result_(std::make_shared<std::optional<Generated>>()),
        texts_(py::none(), [session = std::move(session), prompt = std::move(prompt),
                            options = std::move(options), draw, result = result_](
                               Progress& progress, const BackgroundTexts::Emit& emit) {
          const TextSink sink = [&](std::string_view text) {
            emit(text);
            return true;
          };
          *result = generate_on(*session, prompt, options, draw, sink, progress);
        }) {}

  py::bytes next() {
    if (const std::optional<std::string> text = texts_.next()) {
      return to_bytes(*text);
    }
    throw py::stop_iteration();
  }
  void close() { texts_.close(); }
  /// None before the end, and where there was an error.
  py::object result() const {
    if (!texts_.ended() || !*result_) {
      return py::none();
    }
    return generated_row(**result_);
  }

 private:
  std::shared_ptr<std::optional<Generated>> result_;
  BackgroundTexts texts_;
};

void bind_session(py::module_& m) {
  py::class_<SharedSession, SessionPointer>(m, "Session")
      .def(py::init([](const Model& model, const SchemeSet& scheme, const py::dict& arguments) {
        const auto options = read<SessionOptions>("Session", arguments);
        return std::make_shared<SharedSession>(model, scheme, options);
      }))
      .def("feed",
           [](SharedSession& self, const py::object& ids) {
             const std::vector<uint32_t> read = ids_from(ids);
             Logits logits =
                 released([&] { return self.locked([&](Session& s) { return s.feed(read); }); });
             return to_array(std::move(logits.values));
           })
      .def("feed_all",
           [](SharedSession& self, const py::object& ids) {
             const std::vector<uint32_t> read = ids_from(ids);
             return logits_array(released(
                 [&] { return self.locked([&](Session& s) { return s.feed_all(read); }); }));
           })
      .def("score",
           [](SharedSession& self, const py::object& ids, int64_t first) {
             const std::vector<uint32_t> read = ids_from(ids);
             return scores_row(released(
                 [&] { return self.locked([&](Session& s) { return s.score(read, first); }); }));
           })
      .def("generate",
           [](const SessionPointer& self, const py::object& ids, uint64_t draw,
              const py::dict& arguments) {
             const auto options = read<GenerateOptions>("generate", arguments);
             const std::vector<uint32_t> prompt = ids_from(ids);
             Generated result;
             run_in_background(py::none(), [&](Progress& p) {
               result = generate_on(*self, prompt, options, draw, {}, p);
             });
             return generated_row(std::move(result));
           })
      .def("stream",
           [](const SessionPointer& self, const py::object& ids, uint64_t draw,
              const py::dict& arguments) {
             auto options = read<GenerateOptions>("stream", arguments);
             options.validate();
             return std::make_unique<TextIterator>(self, ids_from(ids), std::move(options), draw);
           })
      .def_property(
          "scheme",
          [](SharedSession& self) {
            return released(
                [&] { return self.locked([](Session& s) { return SchemeSet(s.scheme()); }); });
          },
          [](SharedSession& self, const SchemeSet& scheme) {
            released([&] { self.locked([&](Session& s) { s.set_scheme(scheme); }); });
          })
      .def("truncate",
           [](SharedSession& self, int64_t length) {
             released([&] { self.locked([&](Session& s) { s.truncate(length); }); });
           })
      .def("fork",
           [](SharedSession& self) {
             return released([&] {
               return std::make_shared<SharedSession>(
                   self.model(), self.locked([](Session& s) { return s.fork(); }));
             });
           })
      .def_property_readonly(
          "length",
          [](SharedSession& self) {
            return released([&] { return self.locked([](Session& s) { return s.length(); }); });
          })
      .def_property_readonly("cache_bytes", [](SharedSession& self) {
        return released([&] { return self.locked([](Session& s) { return s.cache_bytes(); }); });
      });
  py::class_<TextIterator>(m, "TextIterator")
      .def("next", &TextIterator::next)
      .def("close", &TextIterator::close)
      .def("result", &TextIterator::result);
}

py::list generate_texts(const Model& model, const SchemeSet& scheme,
                        const std::vector<py::object>& prompts, int64_t together,
                        const py::dict& arguments) {
  const auto options = read<GenerateOptions>("generate_many", arguments);
  check_range("together", together, 1, int64_t{1} << 20);
  std::vector<GenerationRequest> requests;
  for (const py::object& ids : prompts) {
    requests.push_back({ids_from(ids), requests.size(), {}});
  }
  std::vector<Generated> results;
  run_in_background(py::none(), [&](Progress& p) {
    results = generate_many(model, scheme, requests, options, together, {}, &p);
  });
  py::list rows;
  for (Generated& result : results) {
    rows.append(generated_row(std::move(result)));
  }
  return rows;
}

void bind_model(py::module_& m) {
  py::class_<Model>(m, "Model")
      .def_static("load",
                  [](const std::filesystem::path& path, const py::object& progress,
                     const py::dict& arguments) {
                    const auto options = read<LoadOptions>("Model.load", arguments);
                    std::optional<Model> model;
                    run_in_background(progress,
                                      [&](Progress& p) { model = Model::load(path, options, &p); });
                    return std::move(*model);
                  })
      .def_static("random",
                  [](const py::dict& config, uint64_t seed, const py::dict& arguments) {
                    const auto options = read<LoadOptions>("Model.random", arguments);
                    const ModelConfig shape = to_config(config);
                    return released([&] { return Model::random(shape, seed, options); });
                  })
      .def(
          "save",
          [](const Model& self, const std::filesystem::path& path, const std::string& format,
             const std::string& dtype) { self.save(path, format, dtype); },
          py::call_guard<py::gil_scoped_release>())
      .def_property_readonly("config", [](const Model& self) { return config_row(self.config()); })
      .def_property_readonly("parameters",
                             [](const Model& self) { return self.config().parameter_count(); })
      .def_property_readonly("cache_bytes_per_token", &Model::cache_bytes_per_token)
      .def_property_readonly(
          "checksum", [](const Model& self) { return released([&] { return self.checksum(); }); })
      .def("encode",
           [](const Model& self, const py::object& text, bool bos) {
             const Text bytes(text);
             return to_array(released([&] { return self.codec().encode(bytes.view(), bos); }));
           })
      .def("decode",
           [](const Model& self, const py::object& ids) {
             return to_bytes(self.codec().decode(ids_from(ids)));
           })
      .def("scheme", [](const Model& self, const std::string& text, int64_t target,
                        bool unsafe) { return self.scheme(text, target, unsafe); })
      .def("generate_many", generate_texts);
}

// ----------------------------------------------------------------------- Evaluation, training

// What Python iterates over: rows of an evaluation as lines of JSON.
class RowIterator {
 public:
  RowIterator(Model model, std::string text, EvalOptions options, const py::object& report)
      : rows_(report, [model = std::move(model), text = std::move(text),
                       options = std::move(options)](Progress& progress,
                                                     const BackgroundTexts::Emit& emit) {
          evaluate(
              model, text, options, [&](const EvalRow& row) { emit(row.to_json()); }, &progress);
        }) {}

  std::string next() {
    if (std::optional<std::string> row = rows_.next()) {
      return std::move(*row);
    }
    throw py::stop_iteration();
  }
  void close() { rows_.close(); }

 private:
  BackgroundTexts rows_;
};

// (steps, parameters, tokens, seconds, loss, validation, folder)
py::tuple train_model(const py::object& progress, const py::dict& arguments) {
  const auto options = read<TrainOptions>("train", arguments);
  TrainReport report;
  run_in_background(progress, [&](Progress& p) { report = train(options, &p); });
  return py::make_tuple(report.steps, report.parameters, report.tokens, report.seconds, report.loss,
                        report.validation, report.folder);
}

template <typename Options>
py::list describe() {
  Options options;
  return describe_options([&](OptionVisitor& v) { options.visit(v); });
}

}  // namespace

PYBIND11_MODULE(_lm, m) {
  m.doc() = "The native part of yonder.lm; use that module instead.";
  bind_schemes(m);
  bind_model(m);
  bind_session(m);
  py::class_<RowIterator>(m, "RowIterator")
      .def("next", &RowIterator::next)
      .def("close", &RowIterator::close);
  m.def("evaluate", [](const Model& model, const py::object& text, const py::object& progress,
                       const py::dict& arguments) {
    auto options = read<EvalOptions>("evaluate", arguments);
    options.validate();
    return std::make_unique<RowIterator>(model, std::string(Text(text).view()), std::move(options),
                                         progress);
  });
  m.def("train", train_model);
  // For schemes with s=auto: the length of a text is that of the prompt and this.
  m.def("tokens_to_write", [](const py::dict& arguments) {
    return read<GenerateOptions>("generate", arguments).max_tokens;
  });
  m.def("option_tables", [] {
    py::dict options;
    options["LoadOptions"] = describe<LoadOptions>();
    options["SessionOptions"] = describe<SessionOptions>();
    options["GenerateOptions"] = describe<GenerateOptions>();
    options["EvalOptions"] = describe<EvalOptions>();
    options["ExplainOptions"] = describe<ExplainOptions>();
    options["TrainOptions"] = describe<TrainOptions>();
    py::dict tables;
    tables["lm"] = options;
    return tables;
  });
}

}  // namespace yonder::python
