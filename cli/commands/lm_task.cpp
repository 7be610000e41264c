// SPDX-License-Identifier: Apache-2.0
// `yonder lm task`: how a model that learned a synthetic task does on longer strings.
#include "cli/commands/lm.h"
#include "yonder/base/json.h"
#include "yonder/lm/tasks/evaluate_task.h"

namespace yonder::cli {
namespace {

double part_of(int64_t count, int64_t all) {
  return static_cast<double>(count) / static_cast<double>(all);
}

struct TaskCommand : Command {
  LanguageModelArgument model;
  lm::TaskEvalOptions options;
  bool json = false;

  void visit(OptionVisitor& v) override {
    model.visit(v);
    options.visit(v);
    v.flag("json", json, "print the rows as one JSON document");
  }

  void validate() const override {
    model.require_given();
    options.validate();
  }

  void run(Output& out, Progress& progress) override {
    const lm::Model opened = model.open(progress);
    JsonWriter document(2);
    document.begin_object().key("task").value(options.task).key("rows").begin_array();
    if (!json) {
      out.print("{:<28}{:>10}{:>20}{:>20}\n", "scheme", "symbols", "right in full (%)",
                "symbols right (%)");
    }
    lm::evaluate_task(
        opened, options,
        [&](const lm::TaskEvalRow& row) {
          if (json) {
            document.raw(row.to_json());
          } else {
            out.print("{:<28}{:>10}{:>20.1f}{:>20.1f}\n", row.scheme, row.length,
                      100 * part_of(row.right, row.samples), 100 * part_of(row.hits, row.targets));
            out.flush();
          }
        },
        &progress);
    if (json) {
      out.write(document.end_array().end_object().str() + "\n");
    }
  }
};

}  // namespace

CommandRow lm_task_command() {
  return {.name = "task",
          .summary = "ask a model that learned a synthetic task about longer strings",
          .details =
              "For models of `yonder lm train --task`: strings of each length, and how many "
              "answers are right in full and symbol by symbol.",
          .positional = "model",
          .examples = {"yonder lm task copy-model --task copy --lengths 8,64 --samples 4"},
          .make = make_command<TaskCommand>};
}

}  // namespace yonder::cli
