// SPDX-License-Identifier: Apache-2.0
// `yonder tokenizer heal`: where a prompt may be taken back so that its last word can go on.
#include "cli/commands/tokenizer.h"

namespace yonder::cli {
namespace {

constexpr size_t kShownPieces = 8;

struct Heal : Command {
  ModelArgument model;
  std::vector<std::string> input;
  std::string text;
  int64_t max_back = 3;
  bool json = false;

  void visit(OptionVisitor& v) override {
    model.visit(v);
    v.list("input", input, "files that hold the prompt; standard input without any");
    v.text("text", text, "the prompt itself");
    v.integer("max-back", max_back, 0, 1000, "tokens to back off at most");
    v.flag("json", json, "print one JSON document, with all ids");
  }

  void run(Output& out, Progress& progress) override {
    const tokenizer::Tokenizer t = model.open(progress);
    const auto candidates = t.heal(read_text(text, input), static_cast<int>(max_back));
    if (json) {
      JsonWriter w;
      w.begin_object().key("candidates").begin_array();
      for (const tokenizer::HealCandidate& candidate : candidates) {
        w.begin_object().key("kept");
        write_ids(w, candidate.kept);
        w.key("suffix");
        write_piece(w, candidate.suffix);
        w.key("extensions");
        write_ids(w, candidate.extensions);
        w.key("inside");
        write_ids(w, candidate.inside);
        w.end_object();
      }
      w.end_array().end_object();
      out.write(w.str() + "\n");
      return;
    }
    for (const tokenizer::HealCandidate& candidate : candidates) {
      if (candidate.suffix.empty()) {
        out.print("back to {} ids, nothing left: any id may follow\n", candidate.kept.size());
        continue;
      }
      out.print("back to {} ids, rest \"{}\": {} ids begin with it, {} lie inside it\n",
                candidate.kept.size(), printable_piece(candidate.suffix),
                candidate.extensions.size(), candidate.inside.size());
      for (size_t i = 0; i < std::min(kShownPieces, candidate.extensions.size()); ++i) {
        out.print("  {}\t{}\n", candidate.extensions[i],
                  printable_piece(t.piece(candidate.extensions[i])));
      }
      if (candidate.extensions.size() > kShownPieces) {
        out.print("  and {} more\n", candidate.extensions.size() - kShownPieces);
      }
    }
  }
};

}  // namespace

CommandRow tokenizer_heal_command() {
  return {.name = "heal",
          .summary = "token healing: where a cut prompt can go on",
          .details =
              "A prompt that ends inside a word is best continued from a few tokens back, by a "
              "token that begins with the bytes taken back (kexue.fm 9762). For each back-off "
              "point: the ids kept, the rest of the prompt, and the ids allowed next.",
          .positional = "input",
          .examples = {"yonder tokenizer heal -m book.model --text 'the cat s' --max-back 2",
                       "yonder tokenizer heal -m book.model --text 'the cat s' --json"},
          .make = make_command<Heal>};
}

}  // namespace yonder::cli
