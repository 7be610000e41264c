// SPDX-License-Identifier: Apache-2.0
// What a command is to the program: options of its own, and a run.
//
// A command is a struct whose fields are its options (or structs of options of a component), made
// anew for each run, and one row in the table of its family:
//
//   struct Doctor : Command {
//     bool json = false;
//     void visit(OptionVisitor& v) override { v.flag("json", json, "one JSON document"); }
//     void run(Output& out, Progress& progress) override;
//   };
//
// Data go to `out`, everything else through `progress` or an exception. Tests: tests/cli.
#pragma once

#include "cli/output.h"
#include "yonder/base/error.h"
#include "yonder/base/options.h"
#include "yonder/base/progress.h"

#include <memory>
#include <string>
#include <vector>

namespace yonder::cli {

class Command {
 public:
  virtual ~Command() = default;
  /// The options, in the order in which help shows them.
  virtual void visit(OptionVisitor& v) = 0;
  /// What involves several options, or deserves a better sentence than the range of a real number
  /// gives. Called before run(); throws Error(bad_option).
  virtual void validate() const {}
  /// Does the work. Throws yonder::Error for whatever the user can mend.
  virtual void run(Output& out, Progress& progress) = 0;
};

struct CommandRow {
  std::string name;        ///< as typed; empty where the family itself is the command
  std::string summary;     ///< one line for lists
  std::string details;     ///< paragraphs for --help; may be empty
  std::string positional;  ///< the option that also takes arguments without a name; may be empty
  std::vector<std::string> examples;  ///< command lines that run (tests/cli/run_examples.py)
  std::unique_ptr<Command> (*make)();
};

template <typename T>
std::unique_ptr<Command> make_command() {
  return std::make_unique<T>();
}

/// Throws Error(bad_option) "--<name> is missing: <what it is for>" if `value` is empty.
template <typename Value>
void require_option(const char* name, const Value& value, const char* purpose) {
  require(!value.empty(), ErrorKind::bad_option, "--{} is missing: {}", name, purpose);
}

}  // namespace yonder::cli
