// SPDX-License-Identifier: Apache-2.0
// `yonder tokenizer train`, `count` and `merge-counts`: from text to a vocabulary, in one run or as
// map (count anywhere), reduce (merge), prune.
#include "cli/commands/tokenizer.h"
#include "yonder/tokenizer/bnlm/trainer.h"

namespace yonder::cli {
namespace {

struct Train : Command {
  tokenizer::TrainOptions options;
  bool json = false;

  void visit(OptionVisitor& v) override {
    options.visit(v);
    v.flag("json", json, "print the report as one JSON document");
  }

  void validate() const override {
    require_option("input", options.input, "the text to learn from, e.g. --input book.txt");
    require_option("out", options.out, "the model file to write, e.g. -o book.model");
    options.validate();
  }

  void run(Output& out, Progress& progress) override {
    const tokenizer::TrainReport report = tokenizer::train(options, &progress);
    if (json) {
      JsonWriter w(2);
      w.begin_object().key("text_bytes").value(report.text_bytes);
      w.key("kept_ngrams").value(report.kept_ngrams).key("raw_pieces").value(report.raw_pieces);
      w.key("count_seconds").value(report.count_seconds);
      w.key("tag_seconds").value(report.tag_seconds);
      w.key("prune_seconds").value(report.prune_seconds).key("vocabularies").begin_array();
      for (const tokenizer::TrainedVocabulary& vocabulary : report.vocabularies) {
        w.begin_object().key("requested_size").value(vocabulary.requested_size);
        w.key("pieces").value(static_cast<uint64_t>(vocabulary.pieces.size()));
        w.key("path").value(vocabulary.path).end_object();
      }
      w.end_array().end_object();
      out.write(w.str() + "\n");
      return;
    }
    out.print("text             {} bytes\n", report.text_bytes);
    out.print("n-grams kept     {}\n", report.kept_ngrams);
    out.print("pieces found     {}\n", report.raw_pieces);
    for (const tokenizer::TrainedVocabulary& vocabulary : report.vocabularies) {
      out.print("{}: {} pieces\n", vocabulary.path, vocabulary.pieces.size());
    }
  }
};

struct Count : Command {
  tokenizer::CountOptions options;

  void visit(OptionVisitor& v) override { options.visit(v); }

  void validate() const override {
    require_option("input", options.input, "the text to count, e.g. --input book.txt");
    require_option("out", options.out, "the count file to write, e.g. -o book.ync");
    options.validate();
  }

  void run(Output& /*out*/, Progress& progress) override {
    tokenizer::count_ngrams(options, &progress);
  }
};

struct MergeCounts : Command {
  std::vector<std::string> input;
  std::string out_path;
  bool force = false;

  void visit(OptionVisitor& v) override {
    v.list("input", input, "count files, all of the same order and settings");
    v.path("out", out_path, "count file to write");
    v.flag("force", force, "overwrite the output");
  }

  void validate() const override {
    require_option("input", input, "the count files to add");
    require_option("out", out_path, "the count file to write, e.g. -o all.ync");
  }

  void run(Output& /*out*/, Progress& progress) override {
    tokenizer::merge_counts(input, out_path, force, &progress);
  }
};

}  // namespace

CommandRow tokenizer_train_command() {
  return {
      .name = "train",
      .summary = "learn a vocabulary from text",
      .details =
          "Counts n-grams of bytes, cuts the text by the language model they give, counts the "
          "pieces and prunes them (BytePiece, kexue.fm 9752). Works in the memory of --memory and "
          "spills to disk beyond it; after a Ctrl-C or a crash the same command with --resume goes "
          "on. Inputs are FILE (one document), FILE:lines (a document per line) or "
          "FILE.jsonl:FIELD; each may be gzip or zstd.\n"
          "Several sizes from one run are nested and named OUT.SIZE.",
      .positional = "input",
      .examples = {"yonder tokenizer train book.txt -o book.model --vocab-size 400",
                   "yonder tokenizer train --input pages.jsonl:text -o pages.model --vocab-size "
                   "400,300 --min-count 4"},
      .make = make_command<Train>};
}

CommandRow tokenizer_count_command() {
  return {.name = "count",
          .summary = "count n-grams into a file that can be merged",
          .details =
              "The map step of training on several machines: count on each, merge the files, then "
              "train once with --from-counts. merge(A, B) equals count(A and B) exactly.",
          .positional = "input",
          .examples = {"yonder tokenizer count book.txt -o book.ync",
                       "yonder tokenizer count --input pages.jsonl:text -o pages.ync"},
          .make = make_command<Count>};
}

CommandRow tokenizer_merge_counts_command() {
  return {.name = "merge-counts",
          .summary = "add count files",
          .details = "",
          .positional = "input",
          .examples = {"yonder tokenizer merge-counts book.ync pages.ync -o all.ync",
                       "yonder tokenizer train book.txt pages.jsonl:text --from-counts all.ync -o "
                       "all.model --vocab-size 400"},
          .make = make_command<MergeCounts>};
}

}  // namespace yonder::cli
