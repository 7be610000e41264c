// SPDX-License-Identifier: Apache-2.0
// All commands of the program, family by family: the only list of them. Help, dispatch and
// docs/reference read it.
#pragma once

#include "cli/command.h"

#include <string>
#include <vector>

namespace yonder::cli {

struct CommandFamily {
  std::string name;     ///< "tokenizer"
  std::string summary;  ///< one line
  std::vector<CommandRow> rows;
  bool hidden = false;  ///< left out of the list in --help
};

const std::vector<CommandFamily>& command_families();

/// Rows of the families, each defined beside its commands.
std::vector<CommandRow> tokenizer_commands();
std::vector<CommandRow> density_commands();
std::vector<CommandRow> memory_commands();
std::vector<CommandRow> lm_commands();  ///< in programs with libtorch (YONDER_HAS_LM)
std::vector<CommandRow> demo_commands();
std::vector<CommandRow> serve_commands();
std::vector<CommandRow> doctor_commands();
std::vector<CommandRow> reference_commands();

/// The reference page of a family in Markdown (docs/reference/<family>.md).
std::string reference_markdown(const CommandFamily& family);

}  // namespace yonder::cli
