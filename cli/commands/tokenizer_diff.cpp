// SPDX-License-Identifier: Apache-2.0
// `yonder tokenizer diff`: two segmentations of one text, and whether they differ in more than
// ties.
#include "cli/commands/tokenizer.h"
#include "yonder/base/compressed.h"
#include "yonder/tokenizer/evaluate.h"
#include "yonder/tokenizer/token_file.h"

namespace yonder::cli {
namespace {

/// All ids of an id file, or of ids written as text.
std::vector<uint32_t> read_ids(const tokenizer::Tokenizer& t, const std::string& path) {
  const std::string content = read_compressed(path);
  if (is_record_file(content, "YIDS")) {
    const tokenizer::TokenFile file(content, path);
    file.require_model(t);
    return file.read(0, file.size());
  }
  return parse_ids(content, t.vocab_size(), path);
}

struct Diff : Command {
  ModelArgument model;
  std::vector<std::string> input;
  double tolerance = 1e-9;
  int64_t show = 20;
  bool json = false;

  void visit(OptionVisitor& v) override {
    model.visit(v);
    v.list("input", input, "two files of ids (text or .ids) that spell the same bytes");
    v.real("tolerance", tolerance, 0, 1e6, "scores this close, in nats, are a tie");
    v.integer("show", show, 0, 1 << 24, "differences to list");
    v.flag("json", json, "print one JSON document");
  }

  void run(Output& out, Progress& progress) override {
    require(input.size() == 2, ErrorKind::bad_option,
            "{} files of ids were given; two were expected", input.size());
    const tokenizer::Tokenizer t = model.open(progress);
    const tokenizer::DiffReport report = tokenizer::diff(
        t, read_ids(t, input[0]), read_ids(t, input[1]), tolerance, static_cast<size_t>(show));
    if (json) {
      JsonWriter w(2);
      w.begin_object().key("tokens_a").value(report.tokens_a);
      w.key("tokens_b").value(report.tokens_b).key("ties").value(report.ties);
      w.key("real").value(report.real);
      w.key("tokens_in_differences").value(report.tokens_in_differences);
      w.key("differences").begin_array();
      for (const tokenizer::TokenDifference& d : report.differences) {
        w.begin_object().key("start").value(d.start).key("end").value(d.end);
        w.key("tie").value(d.tie).key("score_a").value(d.score_a).key("score_b").value(d.score_b);
        w.key("ids_a");
        write_ids(w, d.ids_a);
        w.key("ids_b");
        write_ids(w, d.ids_b);
        w.end_object();
      }
      w.end_array().end_object();
      out.write(w.str() + "\n");
      return;
    }
    out.print("tokens           {} and {}\n", report.tokens_a, report.tokens_b);
    out.print("ties             {}\n", report.ties);
    out.print("differences      {}\n", report.real);
    out.print("tokens in them   {}\n", report.tokens_in_differences);
    for (const tokenizer::TokenDifference& d : report.differences) {
      out.print("bytes {} to {}, {}: {} ({:.9f}) against {} ({:.9f})\n", d.start, d.end,
                d.tie ? "a tie" : "different", joined(t, d.ids_a), d.score_a, joined(t, d.ids_b),
                d.score_b);
    }
  }

  static std::string joined(const tokenizer::Tokenizer& t, const std::vector<uint32_t>& ids) {
    std::string text;
    for (const uint32_t id : ids) {
      text += (text.empty() ? "" : " ") + printable_piece(t.piece(id));
    }
    return text;
  }
};

}  // namespace

CommandRow tokenizer_diff_command() {
  return {.name = "diff",
          .summary = "compare two segmentations of one text, ties apart",
          .details = "Two programs may rightly choose different segmentations of the same score.",
          .positional = "input",
          .examples = {"yonder tokenizer encode -m book.model book.txt > a.txt && yonder tokenizer "
                       "encode -m book.model book.txt --sample --alpha 0.5 > b.txt",
                       "yonder tokenizer diff -m book.model a.txt b.txt --show 3"},
          .make = make_command<Diff>};
}

}  // namespace yonder::cli
