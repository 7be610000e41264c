// SPDX-License-Identifier: Apache-2.0
// From arguments to the fields of a command, and the help that falls out of the same visit.
// command_line.cpp is the only file that knows CLI11.
//
// Every option of a visit becomes `--name VALUE`; flags take `--name` and `--no-name`; `--out` is
// also `-o`, `--model` `-m`, `--order` `-N`, `--count` and `--tokens` `-n`, `--prompt` `-p`,
// `--file` `-f`. Counts accept 4k (powers of 1,000),
// sizes 4G (powers of 1,024). All errors are Error(bad_option), one sentence. Test:
// tests/cli/options.test.
#pragma once

#include "cli/command.h"

#include <string>
#include <string_view>
#include <vector>

namespace yonder::cli {

/// A default that the environment gives to every option of that name.
struct EnvironmentDefault {
  std::string option;    ///< "threads"
  std::string variable;  ///< "YONDER_THREADS", for messages
  std::string value;
};

/// What every command understands besides its own options.
struct CommonOptions {
  std::string progress = "auto";
  bool debug = false;
  bool help = false;

  void visit(OptionVisitor& v);
};

/// Fills the fields of `command`. full_name: "yonder tokenizer encode", for messages. When --help
/// is among the arguments the rest is not checked for completeness.
CommonOptions parse_command_line(const std::string& full_name, const CommandRow& row,
                                 Command& command, const std::vector<std::string>& arguments,
                                 const std::vector<EnvironmentDefault>& environment);

/// What --help prints.
std::string help_text(const std::string& full_name, const CommandRow& row);

/// "yonder tokenizer encode [options] [input...]".
std::string usage_line(const std::string& full_name, const CommandRow& row);

/// `text` broken at spaces into lines of at most `width` columns, each after `indent` spaces;
/// newlines in it stay.
std::string wrap(std::string_view text, size_t indent, size_t width = 88);

}  // namespace yonder::cli
