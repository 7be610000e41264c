// SPDX-License-Identifier: Apache-2.0
// `yonder lm eval`: loss and accuracy under growing context, a table of schemes by lengths.
#include "cli/commands/lm.h"
#include "cli/json_lines.h"
#include "cli/quantity.h"
#include "yonder/base/json.h"
#include "yonder/lm/evaluator.h"

#include <algorithm>
#include <cmath>
#include <sstream>

namespace yonder::cli {
namespace {

using lm::EvalRow;

/// A figure that --metric may ask for.
struct Metric {
  std::string name;
  std::string head;
  std::string (*text)(const EvalRow& row);
};

std::string with_interval(double value, double low, double high, int digits, double scale) {
  if (std::isnan(low)) {
    return fmt::format("{:.{}f}", scale * value, digits);
  }
  return fmt::format("{:.{}f} {:>+.{}f}/{:+.{}f}", scale * value, digits, scale * (high - value),
                     digits, scale * (low - value), digits);
}

const std::vector<Metric>& metrics() {
  static const std::vector<Metric> table = {
      {"loss", "loss (nats)",
       [](const EvalRow& row) {
         return with_interval(row.loss, row.loss_low, row.loss_high, 4, 1);
       }},
      {"acc", "accuracy (%)",
       [](const EvalRow& row) {
         return with_interval(row.accuracy, row.accuracy_low, row.accuracy_high, 2, 100);
       }},
      {"ppl", "perplexity",
       [](const EvalRow& row) { return fmt::format("{:.4g}", row.perplexity); }},
      {"bpb", "bits/byte", [](const EvalRow& row) { return loss_text(row.bits_per_byte); }},
      {"word-ppl", "word perplexity",
       [](const EvalRow& row) { return fmt::format("{:.5g}", row.word_perplexity); }},
  };
  return table;
}

struct Eval : Command {
  LanguageModelArgument model;
  std::string data;
  lm::EvalOptions options;
  std::string metric = "loss,acc";
  std::string jsonl;
  bool force = false;
  bool bytes = false;
  bool json = false;

  void visit(OptionVisitor& v) override {
    model.visit(v);
    v.path("data", data, "text to read (plain, gzip, zstd; - is standard input)");
    options.visit(v);
    v.text("metric", metric, "columns of the table: loss, acc, ppl, bpb, word-ppl");
    v.path("jsonl", jsonl, "also write each row, as it is finished, to this file of JSON lines");
    v.flag("force", force, "overwrite that file");
    v.flag("bytes", bytes, "take a text that is not UTF-8");
    v.flag("json", json, "print the rows as one JSON document");
  }

  void validate() const override {
    model.require_given();
    require_option("data", data, "the text to read, e.g. book.txt");
    options.validate();
    chosen_metrics();
  }

  void run(Output& out, Progress& progress) override {
    const std::vector<Metric> columns = chosen_metrics();
    JsonLines lines(jsonl, force);
    const std::string text = read_text(data, bytes);
    const lm::Model opened = model.open(progress);
    size_t width = 10;
    for (const std::string& scheme : lm::listed_schemes(options.schemes)) {
      width = std::max(width, scheme.size() + 8);
    }
    JsonWriter document(2);
    document.begin_object().key("rows").begin_array();
    bool first = true;
    const auto finished = [&](const EvalRow& row) {
      lines.write(row.to_json());
      if (json) {
        document.raw(row.to_json());
        return;
      }
      if (first) {
        print_head(out, row, columns, width);
        first = false;
      }
      print_row(out, row, columns, width);
      out.flush();
    };
    try {
      lm::evaluate(opened, text, options, finished, &progress);
    } catch (const Error& error) {
      // Rows that are finished are not lost with the one that is not.
      if (json && error.kind == ErrorKind::cancelled) {
        out.write(document.end_array().end_object().str() + "\n");
      }
      throw;
    }
    if (json) {
      out.write(document.end_array().end_object().str() + "\n");
    }
  }

 private:
  std::vector<Metric> chosen_metrics() const {
    std::vector<std::string> names;
    for (const Metric& row : metrics()) {
      names.push_back(row.name);
    }
    std::vector<Metric> chosen;
    std::istringstream text(metric);
    for (std::string name; std::getline(text, name, ',');) {
      check_choice("metric", name, names);
      chosen.push_back(*std::ranges::find(metrics(), name, &Metric::name));
    }
    require(!chosen.empty(), ErrorKind::bad_option, "--metric is empty; e.g. loss,acc");
    return chosen;
  }

  void print_head(Output& out, const EvalRow& row, const std::vector<Metric>& columns,
                  size_t width) const {
    if (row.protocol == "growing") {
      out.print("{} samples ({}); the last {} tokens of each, after more and more of the text\n",
                row.samples, row.set, tokens_text(row.last));
    } else {
      out.print("protocol {}, {} windows of the shortest length\n", row.protocol, row.samples);
    }
    out.print("trained at N = {} tokens; after a figure its {:g} % interval\n\n",
              tokens_text(row.train_length), 100 * options.confidence);
    out.print("{:<{}}{:>10}{:>7}", "scheme", width, "tokens", "x N");
    for (const Metric& column : columns) {
      out.print("{:>26}", column.head);
    }
    out.print("{:>12}\n", "tokens/s");
  }

  static void print_row(Output& out, const EvalRow& row, const std::vector<Metric>& columns,
                        size_t width) {
    out.print("{:<{}}{:>10}{:>7.3g}", row.scheme, width, tokens_text(row.length),
              static_cast<double>(row.length) / static_cast<double>(row.train_length));
    for (const Metric& column : columns) {
      out.print("{:>26}", column.text(row));
    }
    out.print("{:>12.0f}\n", row.tokens_per_second);
    for (const lm::PositionBin& bin : row.by_position) {
      const auto targets = static_cast<double>(bin.targets);
      out.print("  positions {:>10} ...{:>12}  loss {:.4f}  accuracy {:.2f} %\n",
                tokens_text(bin.first), tokens_text(bin.targets) + " x",
                -bin.log_probability / targets, 100 * static_cast<double>(bin.hits) / targets);
    }
  }
};

}  // namespace

CommandRow lm_eval_command() {
  return {
      .name = "eval",
      .summary = "loss and accuracy of position schemes under growing context",
      .details =
          "The same last tokens of each sample are scored after more and more of the text before "
          "them, so a loss that falls from left to right of the table's lengths means that the far "
          "text is used, one that stays that it is ignored, one that grows that the scheme breaks. "
          "--set repeat tiles passages: only a model that reads all of them can copy. Intervals "
          "are bootstrapped over samples.\n"
          "--protocol whole scores all targets of every length; rolling scores a whole text once "
          "in disjoint windows as lm-evaluation-harness does; half-window scores the second half "
          "of windows as llama.cpp does.\n"
          "Rows appear as they are finished; Ctrl-C keeps those that are.",
      .positional = "model",
      .examples = {"yonder lm eval story-model --data held-out.txt --scheme "
                   "rope,rerope:w=16,yarn:s=auto,ramp=turns --lengths 64,256 --samples 4",
                   "yonder lm eval story-model --data held-out.txt --scheme rerope:w=16 --lengths "
                   "256 --set repeat --samples 4 --jsonl rows.jsonl",
                   "yonder lm eval story-model --data held-out.txt --protocol rolling --lengths 64 "
                   "--metric ppl,bpb,word-ppl --samples 20"},
      .make = make_command<Eval>};
}

}  // namespace yonder::cli
