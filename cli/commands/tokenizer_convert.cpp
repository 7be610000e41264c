// SPDX-License-Identifier: Apache-2.0
// `yonder tokenizer convert`: a vocabulary saved anew, repaired, or made from a list of words.
#include "cli/commands/tokenizer.h"
#include "yonder/base/compressed.h"
#include "yonder/base/file.h"
#include "yonder/base/utf8.h"
#include "yonder/tokenizer/bnlm/trainer.h"
#include "yonder/tokenizer/formats/table.h"

#include <charconv>

namespace yonder::cli {
namespace {

/// Lines `piece<TAB>count`, for example a word list of jieba with its frequencies.
std::vector<tokenizer::CountedPiece> read_counted_list(const std::string& path) {
  const std::string text = read_compressed(path);
  std::vector<tokenizer::CountedPiece> pieces;
  size_t line_number = 0;
  for (size_t first = 0; first < text.size();) {
    const size_t end = std::min(text.find('\n', first), text.size());
    const std::string_view line = std::string_view(text).substr(first, end - first);
    ++line_number;
    const size_t tab = line.rfind('\t');
    const std::string_view number =
        tab == std::string_view::npos ? std::string_view() : line.substr(tab + 1);
    uint64_t count = 0;
    const auto [stop, code] = std::from_chars(number.data(), number.data() + number.size(), count);
    require(!number.empty() && tab > 0 && code == std::errc() &&
                stop == number.data() + number.size() && count > 0,
            ErrorKind::bad_data,
            "{}:{}: \"{}\" was found; a piece, a tab and a whole number above 0 were expected",
            path, line_number, utf8_replace_invalid(line.substr(0, 40)));
    pieces.push_back({std::string(line.substr(0, tab)), count});
    first = end + 1;
  }
  require(!pieces.empty(), ErrorKind::bad_data,
          "{}: the list is empty; lines of a piece, a tab and a count were expected", path);
  return pieces;
}

struct Convert : Command {
  ModelArgument model;
  std::string from_list;
  std::string to = "bytepiece";
  std::string out_path;
  bool force = false;

  void visit(OptionVisitor& v) override {
    model.visit(v);
    v.path("from-list", from_list, "instead of a model: lines of a piece, a tab, a count");
    v.choice(
        "to", to, tokenizer::model_format_names(),
        "format to write: bytepiece, sentencepiece, tokenizer-json, or cache for a binary copy "
        "(.ytc) that loads faster");
    v.path("out", out_path, "model file to write");
    v.flag("force", force, "overwrite the output");
  }

  void run(Output& out, Progress& progress) override {
    require_option("out", out_path, "the model file to write, e.g. -o new.model");
    require(model.model.empty() != from_list.empty(), ErrorKind::bad_option,
            "one of --model and --from-list was expected");
    require(from_list.empty() || to == "bytepiece", ErrorKind::bad_option,
            "--from-list writes a BytePiece model; convert that one with --to {} afterwards", to);
    if (!from_list.empty()) {
      const tokenizer::TrainedVocabulary vocabulary =
          tokenizer::train_from_pieces(read_counted_list(from_list), out_path, force, &progress);
      out.print("{}: {} pieces\n", out_path, vocabulary.pieces.size());
      return;
    }
    const tokenizer::Tokenizer t = model.open(progress);
    require_free(out_path, force);
    t.save(out_path, to, &progress);
    out.print("{}: {} pieces\n", out_path, text_pieces(t));
  }
};

}  // namespace

CommandRow tokenizer_convert_command() {
  return {
      .name = "convert",
      .summary = "save a vocabulary anew, repair it, or make one from a list",
      .details =
          "With --from-list, missing single bytes are added and pieces that their own parts "
          "beat are pruned. With --add-bytes a model that lacks single bytes gets them. A "
          "BytePiece model can be written for SentencePiece and for Hugging Face's tokenizers; "
          "what those formats cannot hold is reported on standard error.",
      .positional = "",
      .examples = {"yonder tokenizer convert -m book.model -o copy.model",
                   "yonder tokenizer convert -m book.model --to tokenizer-json -o tokenizer.json",
                   "yonder tokenizer convert --from-list words.tsv -o words.model"},
      .make = make_command<Convert>};
}

}  // namespace yonder::cli
