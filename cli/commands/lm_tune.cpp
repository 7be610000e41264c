// SPDX-License-Identifier: Apache-2.0
// `yonder lm tune`: the best value of one number in a scheme.
#include "cli/commands/lm.h"
#include "yonder/lm/tune.h"

namespace yonder::cli {
namespace {

struct Tune : Command {
  LanguageModelArgument model;
  std::string data;
  lm::TuneOptions options;
  bool bytes = false;
  bool json = false;

  void visit(OptionVisitor& v) override {
    model.visit(v);
    v.path("data", data, "held-out text (plain, gzip, zstd; - is standard input)");
    options.visit(v);
    v.flag("bytes", bytes, "take a text that is not UTF-8");
    v.flag("json", json, "print one JSON document");
  }

  void validate() const override {
    model.require_given();
    require_option("data", data, "held-out text, e.g. book.txt");
    options.validate();
  }

  void run(Output& out, Progress& progress) override {
    const std::string text = read_text(data, bytes);
    const lm::Model opened = model.open(progress);
    lm::ModelScorer scorer(opened, options.unsafe);
    const auto tried = [&](const lm::TuneTrial& trial) {
      if (!json) {
        out.print("{:>14.6g}  loss {:.5f}\n", trial.value, trial.loss);
        out.flush();
      }
    };
    const lm::TuneReport report =
        lm::tune_scheme(scorer, lm::subject_of(opened), text, options, tried, &progress);
    if (report.at_an_end) {
      progress.warn("the best value is an end of the range; a better one may lie outside");
    }
    if (json) {
      out.write(report.to_json() + "\n");
    } else {
      out.print("best          {:.6g}  loss {:.5f}\n{}\n", report.best.value, report.best.loss,
                report.scheme);
    }
  }
};

}  // namespace

CommandRow lm_tune_command() {
  return {
      .name = "tune",
      .summary = "find the best value of one number in a scheme",
      .details =
          "Put ? in place of the number: b of ntk-mixed, w, k, G, tau, s. A grid over --from "
          "... --to first, then the golden section around its best point; all values are scored "
          "on the same last tokens. Where the ends differ by a factor of 16 or more, ratios are "
          "searched. Score the result on other text with `yonder lm eval`.",
      .positional = "model",
      .examples = {"yonder lm tune story-model --data held-out.txt --scheme "
                   "\"rerope:w=?\" --from 4 --to 60 --length 256 --samples 2 --trials 8"},
      .make = make_command<Tune>};
}

}  // namespace yonder::cli
