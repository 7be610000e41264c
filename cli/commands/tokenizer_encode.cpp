// SPDX-License-Identifier: Apache-2.0
// `yonder tokenizer encode`: text to ids, as text, pieces, JSON or an id file.
//
// Ids and pieces are streamed: a document longer than one part of the reader goes through the
// streaming encoder, shorter ones are collected and encoded over threads, so that memory is bounded
// for any input and the ids are the same. What needs a whole document (offsets, n-best, JSON) holds
// one.
#include "cli/commands/tokenizer.h"
#include "yonder/base/parallel.h"
#include "yonder/tokenizer/corpus.h"
#include "yonder/tokenizer/offsets.h"
#include "yonder/tokenizer/token_file.h"

#include <functional>
#include <optional>

namespace yonder::cli {
namespace {

using tokenizer::CorpusReader;
using tokenizer::DocumentPart;
using tokenizer::Tokenizer;

/// Short documents are encoded together once they fill this.
constexpr size_t kBatchBytes = size_t{4} << 20;

/// Reports the bytes of the input that were consumed.
class InputProgress {
 public:
  InputProgress(Progress* progress, const CorpusReader& reader)
      : progress_(progress), reader_(reader) {
    progress_.begin("encoding", reader.total(), "bytes");
  }
  void update() {
    const uint64_t consumed = reader_.consumed();
    progress_.advance(consumed - reported_);
    reported_ = consumed;
    progress_.stop_if_cancelled("the output up to here is complete documents");
  }

 private:
  ProgressRef progress_;
  const CorpusReader& reader_;
  uint64_t reported_ = 0;
};

/// Calls sink(ids, document_ends) for the ids of all documents in order.
void encode_documents(const Tokenizer& t, CorpusReader& reader,
                      const tokenizer::EncodeOptions& options, int threads, InputProgress& progress,
                      const std::function<void(std::span<const uint32_t>, bool)>& sink) {
  std::vector<std::string> batch;
  size_t batch_bytes = 0;
  uint64_t batch_first = 0;
  const auto encode_batch = [&] {
    const std::vector<std::string_view> views(batch.begin(), batch.end());
    tokenizer::EncodeOptions batch_options = options;
    batch_options.document += batch_first;
    const tokenizer::EncodedBatch encoded = t.encode_batch(views, threads, batch_options);
    for (size_t i = 0; i < views.size(); ++i) {
      sink(std::span(encoded.ids)
               .subspan(encoded.offsets[i], encoded.offsets[i + 1] - encoded.offsets[i]),
           true);
    }
    batch.clear();
    batch_bytes = 0;
  };
  std::optional<tokenizer::Encoder> long_document;
  std::vector<uint32_t> ids;
  DocumentPart part;
  while (reader.next(part)) {
    if (part.last && !long_document) {
      if (batch.empty()) {
        batch_first = part.document;
      }
      batch_bytes += part.bytes.size() + 1;
      batch.push_back(std::move(part.bytes));
      if (batch_bytes >= kBatchBytes) {
        encode_batch();
      }
    } else {
      if (!long_document) {
        encode_batch();
        tokenizer::EncodeOptions document_options = options;
        document_options.document += part.document;
        long_document.emplace(t.stream(document_options));
      }
      long_document->feed(part.bytes, ids);
      if (part.last) {
        long_document->finish(ids);
        long_document.reset();
      }
      sink(ids, part.last);
      ids.clear();
    }
    progress.update();
  }
  encode_batch();
}

/// Calls body(text, document) for each document, whole.
void for_each_document(CorpusReader& reader, InputProgress& progress,
                       const std::function<void(std::string_view, uint64_t)>& body) {
  std::string document;
  DocumentPart part;
  while (reader.next(part)) {
    document += part.bytes;
    if (part.last) {
      body(document, part.document);
      document.clear();
    }
    progress.update();
  }
}

struct Encode : Command {
  ModelArgument model;
  std::vector<std::string> input;
  tokenizer::EncodeOptions options;
  bool lines = false;
  bool ids = false;
  bool pieces = false;
  bool json = false;
  bool bin = false;
  std::string out_path;
  bool resume = false;
  bool force = false;
  bool offsets = false;
  std::string offset_unit = "bytes";
  int64_t nbest = 0;
  int64_t distinct = 0;
  int64_t threads = 0;

  void visit(OptionVisitor& v) override {
    model.visit(v);
    v.list("input", input, "FILE, FILE:lines or FILE.jsonl:FIELD; standard input without any");
    v.flag("lines", lines, "each line is a document, its newline included");
    v.flag("ids", ids, "print ids, a line per document (the default)");
    v.flag("pieces", pieces, "print pieces instead");
    v.flag("json", json, "print one JSON document with ids and pieces");
    v.flag("bin", bin, "write an id file (--out) for training");
    v.path("out", out_path, "with --bin: the id file to write");
    v.flag("resume", resume, "with --bin: go on after an interruption");
    v.flag("force", force, "with --bin: overwrite the id file");
    v.flag("offsets", offsets, "print a line per token: id, start, end, piece");
    v.choice("offset-unit", offset_unit, tokenizer::offset_units(), "what offsets count");
    v.integer("nbest", nbest, 0, 10000, "print so many best segmentations with their scores");
    v.integer("distinct", distinct, 0, 10000,
              "with --sample: draw so many different segmentations, without replacement");
    options.visit(v);
    v.integer("threads", threads, 0, 1024, "threads over documents; 0 = all cores");
  }

  void validate() const override {
    options.validate();
    const int forms = int{ids} + int{pieces} + int{json} + int{bin};
    require(forms <= 1, ErrorKind::bad_option,
            "more than one of --ids, --pieces, --json and --bin was given; one was expected");
    require(bin || (out_path.empty() && !resume && !force), ErrorKind::bad_option,
            "--out, --resume and --force belong to --bin; other forms go to standard output");
    require(!bin || !out_path.empty(), ErrorKind::bad_option,
            "--out is missing: the id file to write, e.g. --bin -o book.ids");
    require(!bin || (!offsets && nbest == 0 && distinct == 0), ErrorKind::bad_option,
            "an id file holds one segmentation; leave out --offsets, --nbest and --distinct");
    require(!(nbest > 0 && (options.sampled() || distinct > 0)), ErrorKind::bad_option,
            "--nbest lists the best segmentations and cannot be combined with sampling; to draw "
            "among the k best pass --sample --sampler nbest:k");
    require(distinct == 0 || options.sampled(), ErrorKind::bad_option,
            "--distinct draws segmentations; pass --sample or --uniform with it");
    require(!(offsets && (nbest > 0 || distinct > 0)), ErrorKind::bad_option,
            "--offsets gives the spans of one segmentation; leave out --nbest and --distinct");
  }

  void run(Output& out, Progress& progress) override {
    const Tokenizer t = model.open(progress);
    if (bin) {
      write_id_file(t, progress, out);
      return;
    }
    CorpusReader reader(inputs());
    // A pipe of unknown length, or a screen that shows the ids themselves, gets no progress.
    const bool quiet = reader.total() == 0 || Output::is_terminal();
    InputProgress input_progress(quiet ? nullptr : &progress, reader);
    if (json) {
      print_json(t, reader, input_progress, out);
    } else if (nbest > 0 || distinct > 0) {
      for_each_document(reader, input_progress, [&](std::string_view text, uint64_t document) {
        print_candidates(t, text, document, out);
      });
    } else if (offsets) {
      for_each_document(reader, input_progress, [&](std::string_view text, uint64_t document) {
        print_offsets(t, text, document, out);
      });
    } else {
      print_stream(t, reader, input_progress, out);
    }
  }

 private:
  std::vector<std::string> inputs() const {
    std::vector<std::string> names = input.empty() ? std::vector<std::string>{"-"} : input;
    if (lines) {
      for (std::string& name : names) {
        name += ":lines";
      }
    }
    return names;
  }

  tokenizer::EncodeOptions options_of(uint64_t document) const {
    tokenizer::EncodeOptions own = options;
    own.document += document;
    return own;
  }

  void write_id_file(const Tokenizer& t, Progress& progress, Output& out) const {
    tokenizer::EncodeCorpusOptions corpus;
    corpus.input = inputs();
    corpus.out = out_path;
    corpus.encode = options;
    corpus.threads = threads;
    corpus.resume = resume;
    corpus.force = force;
    const tokenizer::EncodeCorpusReport report = tokenizer::encode_corpus(t, corpus, &progress);
    out.print("{}: {} ids, {} documents, {} bytes\n", out_path, report.ids, report.documents,
              report.bytes);
  }

  void print_stream(const Tokenizer& t, CorpusReader& reader, InputProgress& progress,
                    Output& out) const {
    bool line_begins = true;
    encode_documents(t, reader, options, thread_count(threads), progress,
                     [&](std::span<const uint32_t> part, bool document_ends) {
                       for (const uint32_t id : part) {
                         if (!line_begins) {
                           out.write(" ");
                         }
                         line_begins = false;
                         if (pieces) {
                           out.write(printable_piece(t.piece(id)));
                         } else {
                           out.write(id);
                         }
                       }
                       if (document_ends) {
                         out.write("\n");
                         line_begins = true;
                       }
                     });
  }

  void print_offsets(const Tokenizer& t, std::string_view text, uint64_t document,
                     Output& out) const {
    std::vector<uint32_t> tokens;
    std::vector<tokenizer::Offset> spans;
    t.encode_with_offsets(text, tokens, spans, options_of(document));
    tokenizer::convert_offsets(text, offset_unit, spans);
    for (size_t i = 0; i < tokens.size(); ++i) {
      out.print("{}\t{}\t{}\t{}\n", tokens[i], spans[i].start, spans[i].end,
                printable_piece(t.piece(tokens[i])));
    }
  }

  /// Lines of --nbest: score, ids; of --distinct: log probability, inclusion probability, ids.
  void print_candidates(const Tokenizer& t, std::string_view text, uint64_t document,
                        Output& out) const {
    const auto print_tokens = [&](const std::vector<uint32_t>& tokens) {
      bool first = true;
      for (const uint32_t id : tokens) {
        out.write(first ? "" : " ");
        first = false;
        if (pieces) {
          out.write(printable_piece(t.piece(id)));
        } else {
          out.write(id);
        }
      }
      out.write("\n");
    };
    if (nbest > 0) {
      for (const tokenizer::Scored& s : t.nbest(text, static_cast<size_t>(nbest))) {
        out.print("{:.9f}\t", s.score);
        print_tokens(s.ids);
      }
      return;
    }
    for (const tokenizer::ScoredDraw& draw :
         t.sample_without_replacement(text, static_cast<size_t>(distinct), options_of(document))) {
      out.print("{:.9f}\t{:.9f}\t", draw.log_probability, draw.inclusion);
      print_tokens(draw.ids);
    }
  }

  void print_json(const Tokenizer& t, CorpusReader& reader, InputProgress& progress,
                  Output& out) const {
    out.write("{\"documents\":[");
    bool first = true;
    for_each_document(reader, progress, [&](std::string_view text, uint64_t document) {
      out.write(first ? "\n" : ",\n");
      first = false;
      JsonWriter w;
      w.begin_object().key("document").value(document);
      if (nbest > 0) {
        w.key("nbest").begin_array();
        for (const tokenizer::Scored& s : t.nbest(text, static_cast<size_t>(nbest))) {
          w.begin_object().key("score").value(s.score);
          write_tokens(w, t, s.ids);
          w.end_object();
        }
        w.end_array();
      } else if (distinct > 0) {
        w.key("draws").begin_array();
        for (const tokenizer::ScoredDraw& draw : t.sample_without_replacement(
                 text, static_cast<size_t>(distinct), options_of(document))) {
          w.begin_object().key("score").value(draw.score);
          w.key("log_probability").value(draw.log_probability);
          w.key("inclusion").value(draw.inclusion);
          write_tokens(w, t, draw.ids);
          w.end_object();
        }
        w.end_array();
      } else {
        std::vector<uint32_t> tokens;
        std::vector<tokenizer::Offset> spans;
        t.encode_with_offsets(text, tokens, spans, options_of(document));
        write_tokens(w, t, tokens);
        if (offsets) {
          tokenizer::convert_offsets(text, offset_unit, spans);
          w.key("offsets").begin_array();
          for (const tokenizer::Offset& span : spans) {
            w.begin_array().value(span.start).value(span.end).end_array();
          }
          w.end_array();
        }
      }
      w.end_object();
      out.write(w.str());
    });
    out.write("\n]}\n");
  }

  static void write_tokens(JsonWriter& w, const Tokenizer& t, std::span<const uint32_t> tokens) {
    w.key("ids");
    write_ids(w, tokens);
    w.key("pieces").begin_array();
    for (const uint32_t id : tokens) {
      write_piece(w, t.piece(id));
    }
    w.end_array();
  }
};

}  // namespace

CommandRow tokenizer_encode_command() {
  return {
      .name = "encode",
      .summary = "text to ids",
      .details =
          "Any bytes are text; with a BytePiece model nothing is normalised unless --normalize "
          "asks "
          "for it, and decode "
          "gives the same bytes back. Without --sample the best segmentation is taken; with it one "
          "is drawn from the exact distribution P(w) ~ exp(alpha * score), reproducibly for a "
          "seed, whatever the number of threads.",
      .positional = "input",
      .examples = {"echo 'the cat sat' | yonder tokenizer encode -m book.model",
                   "yonder tokenizer encode -m book.model book.txt --lines --pieces",
                   "yonder tokenizer encode -m book.model book.txt --sample --alpha 0.1 --seed 42",
                   "echo 'the cat sat' | yonder tokenizer encode -m book.model --nbest 3",
                   "echo 'the cat sat' | yonder tokenizer encode -m book.model --offsets --json",
                   "yonder tokenizer encode -m book.model pages.jsonl:text --bin -o book.ids"},
      .make = make_command<Encode>};
}

}  // namespace yonder::cli
