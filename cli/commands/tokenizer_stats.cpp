// SPDX-License-Identifier: Apache-2.0
// `yonder tokenizer stats`: how well one or more vocabularies fit texts.
#include "cli/commands/tokenizer.h"
#include "yonder/tokenizer/evaluate.h"
#include "yonder/tokenizer/evaluation_json.h"

namespace yonder::cli {
namespace {

struct Stats : Command {
  std::vector<std::string> model;
  std::vector<std::string> input;
  tokenizer::LoadOptions load;
  tokenizer::EncodeOptions options;
  int64_t never = 0;
  int64_t threads = 0;
  bool json = false;

  void visit(OptionVisitor& v) override {
    v.list("model", model, "vocabularies to compare");
    v.list("input", input, "texts: FILE, FILE:lines or FILE.jsonl:FIELD");
    load.visit(v);
    options.visit(v);
    v.integer("never", never, 0, 1 << 24, "list so many pieces that the text never produced");
    v.integer("threads", threads, 0, 1024, "threads; 0 = all cores");
    v.flag("json", json, "print one JSON document");
  }

  void validate() const override {
    require_option("model", model, "the vocabulary, e.g. -m book.model; several are compared");
    require_option("input", input, "the texts to measure, e.g. book.txt");
    options.validate();
  }

  void run(Output& out, Progress& progress) override {
    JsonWriter w(2);
    w.begin_object().key("models").begin_array();
    for (const std::string& path : model) {
      const tokenizer::Tokenizer t = tokenizer::Tokenizer::load(path, load, &progress);
      const std::vector<tokenizer::Evaluation> evaluations =
          tokenizer::evaluate(t, input, options, static_cast<int>(threads), &progress);
      if (json) {
        tokenizer::write_json(w, path, t, evaluations, static_cast<size_t>(never));
      } else {
        print(path, t, evaluations, out);
      }
    }
    if (json) {
      w.end_array().end_object();
      out.write(w.str() + "\n");
    }
  }

  void print(const std::string& path, const tokenizer::Tokenizer& t,
             const std::vector<tokenizer::Evaluation>& evaluations, Output& out) const {
    const uint64_t pieces = text_pieces(t);
    out.print("{}: {} pieces\n", path, pieces);
    for (const tokenizer::Evaluation& e : evaluations) {
      out.print("  {}\n", e.text);
      out.print("    bytes               {}\n", e.bytes);
      out.print("    tokens              {}\n", e.tokens);
      out.print("    bytes/token         {:.4f}\n", e.bytes_per_token());
      out.print("    characters/token    {:.4f}\n", e.characters_per_token());
      out.print("    bits/byte           {:.4f}\n", e.bits_per_byte());
      out.print("    single-byte tokens  {}\n", e.single_byte_tokens);
      out.print("    pieces produced     {} of {}\n", e.used_pieces, pieces);
      for (const tokenizer::ScriptShare& script : e.scripts) {
        out.print("    {:<20}{} bytes, {:.4f} bytes/token\n", script.script, script.bytes,
                  static_cast<double>(script.bytes) / script.tokens);
      }
      for (const uint32_t id : first_never(e)) {
        out.print("    never produced      {}\t{}\n", id, printable_piece(t.piece(id)));
      }
    }
  }

  std::span<const uint32_t> first_never(const tokenizer::Evaluation& e) const {
    return std::span(e.never_produced)
        .first(std::min(e.never_produced.size(), static_cast<size_t>(never)));
  }
};

}  // namespace

CommandRow tokenizer_stats_command() {
  return {.name = "stats",
          .summary = "how well vocabularies fit texts",
          .details =
              "Bytes per token, per script, the bits per byte that the unigram model itself would "
              "need, and which pieces the text never produces.",
          .positional = "input",
          .examples = {"yonder tokenizer stats -m book.model book.txt",
                       "yonder tokenizer stats -m book.model -m pages.model.300 book.txt "
                       "pages.jsonl:text --json"},
          .make = make_command<Stats>};
}

}  // namespace yonder::cli
