// SPDX-License-Identifier: Apache-2.0
#include "cli/table.h"

#include "cli/command_line.h"

#include <fmt/core.h>

namespace yonder::cli {

const std::vector<CommandFamily>& command_families() {
  static const std::vector<CommandFamily> families = {
      {"tokenizer", "byte-level vocabularies: train, encode, sample, decode, compare",
       tokenizer_commands()},
      {"density", "densities of numbers: fit, evaluate, draw, find modes, compress",
       density_commands()},
      {"memory", "an endless stream kept as N numbers, and its past read back with errors",
       memory_commands()},
#ifdef YONDER_HAS_LM
      {"lm", "language models that read past their training length: train, write, evaluate",
       lm_commands()},
#endif
      {"demo", "what Yonder does, on text of this machine, as a table and a page", demo_commands()},
      {"serve", "the local web app: Yonder in a browser on this machine", serve_commands()},
      {"doctor", "versions, threads, instruction sets, memory", doctor_commands()},
      {"docs-reference", "the reference page of a family in Markdown", reference_commands(), true},
  };
  return families;
}

std::string reference_markdown(const CommandFamily& family) {
  std::string out = fmt::format(
      "# yonder {}\n\nWritten by `yonder docs-reference {}`; edit the "
      "options in the source instead.\n",
      family.name, family.name);
  for (const CommandRow& row : family.rows) {
    const std::string full_name =
        row.name.empty() ? "yonder " + family.name : "yonder " + family.name + " " + row.name;
    out += fmt::format("\n## {}\n\n{}\n\n```\n{}\n```\n", full_name, row.summary,
                       usage_line(full_name, row));
    if (!row.details.empty()) {
      std::string paragraphs = row.details;
      for (size_t i = 0; (i = paragraphs.find('\n', i)) != std::string::npos; i += 2) {
        paragraphs.insert(i, 1, '\n');
      }
      out += "\n" + paragraphs + "\n";
    }
    const std::unique_ptr<Command> command = row.make();
    out += "\n" + options_to_markdown([&](OptionVisitor& v) { command->visit(v); });
    if (!row.examples.empty()) {
      out += "\nExamples:\n\n```sh\n";
      for (const std::string& example : row.examples) {
        out += example + "\n";
      }
      out += "```\n";
    }
  }
  CommonOptions common;
  out +=
      "\n## Every command\n\n`-m` is short for `--model`, `-o` for `--out`, `-N` for `--order`, "
      "`-n` for `--count` and `--tokens`, `-p` for `--prompt`, `-f` for `--file`, `-h` for "
      "`--help`. "
      "Counts accept `4k` (powers of 1,000), sizes `4G` (powers of 1,024).\n\n" +
      options_to_markdown([&](OptionVisitor& v) { common.visit(v); });
  return out;
}

}  // namespace yonder::cli
