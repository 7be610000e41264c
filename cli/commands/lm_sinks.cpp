// SPDX-License-Identifier: Apache-2.0
// `yonder lm sinks`: where a model's attention rests.
#include "cli/commands/lm.h"
#include "yonder/lm/attention_report.h"

#include <algorithm>
#include <cmath>

namespace yonder::cli {
namespace {

struct Sinks : Command {
  LanguageModelArgument model;
  std::string data;
  lm::SinkOptions options;
  bool bytes = false;
  bool json = false;

  void visit(OptionVisitor& v) override {
    model.visit(v);
    v.path("data", data, "text to read (plain, gzip, zstd; - is standard input)");
    options.visit(v);
    v.flag("bytes", bytes, "take a text that is not UTF-8");
    v.flag("json", json, "print one JSON document");
  }

  void validate() const override {
    model.require_given();
    require_option("data", data, "the text to read, e.g. book.txt");
    options.validate();
  }

  void run(Output& out, Progress& progress) override {
    const std::string text = read_text(data, bytes);
    const lm::Model opened = model.open(progress);
    const lm::AttentionReport report =
        lm::attention_report(opened, opened.codec().encode(text, true), options, &progress);
    json ? out.write(report.to_json() + "\n") : print(report, out);
  }

 private:
  static void print(const lm::AttentionReport& report, Output& out) {
    out.print("{} over {} tokens; sinks are the first {} keys\n\n", report.scheme,
              tokens_text(report.length), report.sinks);
    out.print("{:>6}{:>6}{:>12}{:>12}{:>12}{:>14}{:>12}{:>12}\n", "layer", "head", "sink mass",
              "entropy", "of ln n", "growth", "|k| mean", "spread");
    double total = 0;
    for (const lm::HeadReport& head : report.heads) {
      const lm::EntropyPoint& last = head.entropy.back();
      const double most = std::log(static_cast<double>(last.keys));
      out.print("{:>6}{:>6}{:>11.1f} %{:>12.3f}{:>10.0f} %{:>14.3f}{:>12.3f}{:>11.1f} %\n",
                head.layer, head.head, 100 * head.sink_mass, last.entropy,
                most > 0 ? 100 * last.entropy / most : 0, head.entropy_slope, head.key_norm_mean,
                head.key_norm_mean > 0 ? 100 * head.key_norm_deviation / head.key_norm_mean : 0);
      total += head.sink_mass;
    }
    out.print("\nmean sink mass {:.1f} %\n",
              100 * total / static_cast<double>(report.heads.size()));
  }
};

}  // namespace

CommandRow lm_sinks_command() {
  return {
      .name = "sinks",
      .summary = "where attention rests: sinks, entropy, lengths of keys, by layer and head",
      .details =
          "sink mass: the part of a query's weights on the first keys of the text; a window takes "
          "it away. entropy: of the last query's weights, in nats; growth: how it rises with ln n, "
          "1 for weights that spread over all keys alike, which is what logn:clip mends. spread: "
          "the standard deviation of the keys' lengths over their mean; small where a Key Norm, or "
          "training, keeps them equal.",
      .positional = "model",
      .examples = {"yonder lm sinks story-model --data held-out.txt",
                   "yonder lm sinks story-model --data held-out.txt --length 256 --scheme "
                   "rerope:w=16 --json"},
      .make = make_command<Sinks>};
}

}  // namespace yonder::cli
