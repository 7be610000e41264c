// SPDX-License-Identifier: Apache-2.0
// `yonder lm tax`: what a scheme costs inside the training length, and whether it is worth it
// beyond.
#include "cli/commands/lm.h"
#include "cli/json_lines.h"
#include "yonder/base/json.h"
#include "yonder/lm/tax.h"

#include <cmath>

namespace yonder::cli {
namespace {

using lm::TaxRow;

std::string signed_text(const lm::LossDifference& difference) {
  if (std::isnan(difference.low)) {
    return fmt::format("{:+.4f}", difference.mean);
  }
  return fmt::format("{:+.4f} [{:+.4f}, {:+.4f}]", difference.mean, difference.low,
                     difference.high);
}

struct Tax : Command {
  LanguageModelArgument model;
  std::string data;
  lm::TaxOptions options;
  std::string jsonl;
  bool force = false;
  bool bytes = false;
  bool json = false;

  void visit(OptionVisitor& v) override {
    model.visit(v);
    v.path("data", data, "text to read (plain, gzip, zstd; - is standard input)");
    options.visit(v);
    v.path("jsonl", jsonl, "also write each scheme, as it is finished, to this file of JSON lines");
    v.flag("force", force, "overwrite that file");
    v.flag("bytes", bytes, "take a text that is not UTF-8");
    v.flag("json", json, "print the schemes as one JSON document");
  }

  void validate() const override {
    model.require_given();
    require_option("data", data, "the text to read, e.g. book.txt");
    options.validate();
  }

  void run(Output& out, Progress& progress) override {
    JsonLines lines(jsonl, force);
    const std::string text = read_text(data, bytes);
    const lm::Model opened = model.open(progress);
    JsonWriter document(2);
    document.begin_object().key("schemes").begin_array();
    lm::ModelScorer scorer(opened, options.unsafe);
    const auto finished = [&](const TaxRow& row) {
      lines.write(row.to_json());
      json ? static_cast<void>(document.raw(row.to_json())) : print(row, out);
    };
    lm::extrapolation_tax(scorer, lm::subject_of(opened), text, options, finished, &progress);
    if (json) {
      out.write(document.end_array().end_object().str() + "\n");
    }
  }

 private:
  static void print(const TaxRow& row, Output& out) {
    out.print("{}\n", row.scheme);
    out.print("  tax inside the training length  {} nats per token\n", signed_text(row.tax));
    const auto trained = static_cast<int64_t>(row.by_length.size());
    if (row.exact_up_to == trained) {
      out.print("  exactly the unmodified model at every context up to {} tokens\n",
                tokens_text(trained));
    } else {
      out.print("  exactly the unmodified model up to a context of {} tokens; then\n",
                tokens_text(row.exact_up_to));
      for (const lm::TaxBin& bin : row.bins) {
        if (bin.last > row.exact_up_to) {
          out.print("    {:>8} ...{:>8}  {}\n", tokens_text(bin.first), tokens_text(bin.last),
                    signed_text(bin.tax));
        }
      }
    }
    out.print("  beyond, against {}\n", row.lambda);
    for (const lm::TaxLength& length : row.beyond) {
      out.print("    {:>8} tokens  loss {:.4f}, lambda {:.4f}: {}\n", tokens_text(length.length),
                length.loss, length.lambda_loss, signed_text(length.difference));
    }
    if (row.loses_at) {
      out.print("  loses to it from {} tokens on\n\n", tokens_text(*row.loses_at));
    } else {
      out.print("  does not lose to it at these lengths\n\n");
    }
    out.flush();
  }
};

}  // namespace

CommandRow lm_tax_command() {
  return {
      .name = "tax",
      .summary = "what a scheme costs inside the training length, and where it stops to pay",
      .details =
          "Inside: the difference to the unmodified model at every context up to the training "
          "length N, from one pass. Schemes that leave short texts alone (rerope, leaky, selfext "
          "up to w; dyn) must show exactly nothing there; pi, ntk and yarn with a fixed s pay "
          "everywhere. Beyond: the same last tokens under growing context, against a lambda mask "
          "of N keys, which only forgets: a scheme that loses to it makes worse use of the far "
          "text than not reading it.",
      .positional = "model",
      .examples = {"yonder lm tax story-model --data held-out.txt --scheme "
                   "rerope:w=16,ntk:s=auto,pi:s=auto --lengths 128,256 --samples 4"},
      .make = make_command<Tax>};
}

}  // namespace yonder::cli
