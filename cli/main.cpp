// SPDX-License-Identifier: Apache-2.0
// The program `yonder`: finds the command that the first words name, hands it the rest, and turns
// what it throws into an exit code (exit_code.h).
//
// The environment is read here and nowhere else: YONDER_THREADS, YONDER_PROGRESS, YONDER_MEMORY,
// YONDER_TMP and YONDER_PORT set the defaults of the options of those names.
#include "cli/command_line.h"
#include "cli/exit_code.h"
#include "cli/table.h"
#include "cli/terminal_progress.h"

#include <fmt/core.h>
#include <signal.h>

#include <algorithm>
#include <cstdlib>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace yonder::cli {
namespace {

std::vector<EnvironmentDefault> environment_defaults() {
  std::vector<EnvironmentDefault> defaults;
  for (const auto& [option, variable] :
       {std::pair{"threads", "YONDER_THREADS"}, std::pair{"progress", "YONDER_PROGRESS"},
        std::pair{"memory", "YONDER_MEMORY"}, std::pair{"tmp", "YONDER_TMP"},
        std::pair{"port", "YONDER_PORT"}}) {
    if (const char* value = std::getenv(variable); value != nullptr && *value != '\0') {
      defaults.push_back({option, variable, value});
    }
  }
  return defaults;
}

std::string program_help() {
  std::string out =
      "yonder: a workbench for small generative models\n\n"
      "Usage: yonder FAMILY [COMMAND] [options]\n\n"
      "Families:\n";
  for (const CommandFamily& family : command_families()) {
    if (!family.hidden) {
      out += fmt::format("  {:<12}{}\n", family.name, family.summary);
    }
  }
  out +=
      "\nOptions:\n"
      "  -h, --help      this text; after a family or a command: theirs\n"
      "      --version   print the version\n"
      "\nEnvironment: YONDER_THREADS, YONDER_PROGRESS, YONDER_MEMORY, YONDER_TMP, YONDER_PORT set\n"
      "the defaults of the options of those names.\n"
      "\nExamples:\n"
      "  yonder doctor\n"
      "  yonder tokenizer --help\n"
      "  yonder tokenizer encode --help\n";
  return out;
}

std::string family_help(const CommandFamily& family) {
  std::string out =
      fmt::format("yonder {0}: {1}\n\nUsage: yonder {0} COMMAND [options]\n\nCommands:\n",
                  family.name, family.summary);
  for (const CommandRow& row : family.rows) {
    out += fmt::format("  {:<14}{}\n", row.name, row.summary);
  }
  out += "\nExamples:\n";
  for (const CommandRow& row : family.rows) {
    if (!row.examples.empty()) {
      out += "  " + row.examples.front() + "\n";
    }
  }
  return out;
}

bool asks_for_help(const std::string& argument) {
  return argument == "-h" || argument == "--help" || argument == "help";
}

template <typename Rows>
const typename Rows::value_type& find_row(const Rows& rows, const std::string& name,
                                          const std::string& before) {
  std::vector<std::string> names;
  for (const auto& row : rows) {
    if (row.name == name) {
      return row;
    }
    names.push_back(row.name);
  }
  const std::string nearest = nearest_name(name, names);
  fail(ErrorKind::bad_option, "there is no command \"{} {}\"; {}", before, name,
       nearest.empty() ? fmt::format("see {} --help", before)
                       : fmt::format("did you mean \"{} {}\"?", before, nearest));
}

void run_command(const std::string& full_name, const CommandRow& row,
                 const std::vector<std::string>& arguments, Output& out) {
  const std::unique_ptr<Command> command = row.make();
  const CommonOptions common =
      parse_command_line(full_name, row, *command, arguments, environment_defaults());
  if (common.help) {
    out.write(help_text(full_name, row));
  } else {
    TerminalProgress progress(common.progress);
    command->run(out, progress);
  }
  out.flush();
}

void dispatch(std::vector<std::string> arguments) {
  Output out;
  if (arguments.empty() || asks_for_help(arguments[0])) {
    out.write(program_help());
    out.flush();
    require(!arguments.empty(), ErrorKind::bad_option, "the name of a family was expected");
    return;
  }
  if (arguments[0] == "--version") {
    out.print("yonder {}\n", YONDER_VERSION);
    out.flush();
    return;
  }
  const CommandFamily& family = find_row(command_families(), arguments[0], "yonder");
  std::string full_name = "yonder " + family.name;
  arguments.erase(arguments.begin());
  if (family.rows.size() == 1 && family.rows[0].name.empty()) {
    run_command(full_name, family.rows[0], arguments, out);
    return;
  }
  if (arguments.empty() || asks_for_help(arguments[0])) {
    out.write(family_help(family));
    out.flush();
    require(!arguments.empty(), ErrorKind::bad_option, "the name of a command was expected");
    return;
  }
  const CommandRow& row = find_row(family.rows, arguments[0], full_name);
  full_name += " " + row.name;
  arguments.erase(arguments.begin());
  run_command(full_name, row, arguments, out);
}

}  // namespace
}  // namespace yonder::cli

// With --debug an exception is meant to leave main: run_with_stack() prints where it came from.
// NOLINTNEXTLINE(bugprone-exception-escape)
int main(int argc, char** argv) {
  signal(SIGPIPE, SIG_IGN);
  const std::span<char*> words(argv + (argc > 0 ? 1 : 0), argv + argc);
  const bool debug = std::any_of(words.begin(), words.end(),
                                 [](std::string_view word) { return word == "--debug"; });
  const auto body = [&] { yonder::cli::dispatch({words.begin(), words.end()}); };
  return debug ? yonder::cli::run_with_stack(body) : yonder::cli::run_reporting(body);
}
