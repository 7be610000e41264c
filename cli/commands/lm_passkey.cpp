// SPDX-License-Identifier: Apache-2.0
// `yonder lm passkey`: is a number found that was named far back?
#include "cli/commands/lm.h"
#include "cli/json_lines.h"
#include "yonder/base/json.h"
#include "yonder/lm/tasks/passkey.h"

namespace yonder::cli {
namespace {

using lm::PasskeyCell;

struct Passkey : Command {
  LanguageModelArgument model;
  std::string data;
  lm::PasskeyOptions options;
  std::string jsonl;
  bool force = false;
  bool bytes = false;
  bool json = false;

  void visit(OptionVisitor& v) override {
    model.visit(v);
    v.path("data", data, "text that the number is hidden in; without it sentences of our own");
    options.visit(v);
    v.path("jsonl", jsonl, "also write each cell, as it is finished, to this file of JSON lines");
    v.flag("force", force, "overwrite that file");
    v.flag("bytes", bytes, "take a text that is not UTF-8");
    v.flag("json", json, "print the cells as one JSON document");
  }

  void validate() const override {
    model.require_given();
    options.validate();
  }

  void run(Output& out, Progress& progress) override {
    const std::string filler = data.empty() ? "" : read_text(data, bytes);
    const lm::Model opened = model.open(progress);
    const std::vector<double> depths = lm::parse_depths(options.depths);
    JsonLines lines(jsonl, force);
    JsonWriter document(2);
    document.begin_object().key("cells").begin_array();
    size_t shown = 0;  // cells of the present line of the table
    const auto finished = [&](const PasskeyCell& cell) {
      lines.write(cell.to_json());
      if (json) {
        document.raw(cell.to_json());
        return;
      }
      if (shown == 0) {
        out.print("{:<28}{:>10}", cell.scheme, tokens_text(cell.length));
      }
      out.print("{:>8}", fmt::format("{:.0f} %", 100.0 * static_cast<double>(cell.hits) /
                                                     static_cast<double>(cell.trials)));
      if (++shown == depths.size()) {
        out.write("\n");
        shown = 0;
      }
      out.flush();
    };
    if (!json) {
      out.print("numbers found, of {} asked for at each depth\n\n{:<28}{:>10}", options.trials,
                "scheme", "tokens");
      for (const double depth : depths) {
        out.print("{:>8.3g}", depth);
      }
      out.write("\n");
    }
    lm::passkey(opened, filler, options, finished, &progress);
    if (json) {
      out.write(document.end_array().end_object().str() + "\n");
    }
  }
};

}  // namespace

CommandRow lm_passkey_command() {
  return {.name = "passkey",
          .summary = "ask for a number that was named far back",
          .details =
              "A grid of lengths and depths (0: the beginning, 1: just before the question); "
              "greedy, and the first digits of the answer must be the number. A model that answers "
              "has read the place, whatever its perplexity says; a window or a lambda mask answers "
              "only where the number is in sight. For models that follow a plain question: small "
              "byte models do not.",
          .positional = "model",
          .examples = {"yonder lm passkey story-model --scheme window:w=64 --lengths 400 --depths "
                       "0,1 --trials 1"},
          .make = make_command<Passkey>};
}

}  // namespace yonder::cli
