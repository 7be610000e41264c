// SPDX-License-Identifier: Apache-2.0
// `yonder docs-reference FAMILY`: the page docs/reference/<family>.md, from the options themselves.
#include "cli/table.h"

namespace yonder::cli {
namespace {

struct Reference : Command {
  std::string family;

  void visit(OptionVisitor& v) override { v.text("family", family, "a family of commands"); }

  void run(Output& out, Progress& /*progress*/) override {
    std::vector<std::string> names;
    for (const CommandFamily& row : command_families()) {
      if (row.name == family) {
        out.write(reference_markdown(row));
        return;
      }
      names.push_back(row.name);
    }
    check_choice("family", family, names);
  }
};

}  // namespace

std::vector<CommandRow> reference_commands() {
  return {{.name = "",
           .summary = "the reference page of a family in Markdown",
           .details = "",
           .positional = "family",
           .examples = {"yonder docs-reference tokenizer"},
           .make = make_command<Reference>}};
}

}  // namespace yonder::cli
