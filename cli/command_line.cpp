// SPDX-License-Identifier: Apache-2.0
#include "cli/command_line.h"

#include "cli/terminal_progress.h"

#include <CLI/CLI.hpp>
#include <fmt/core.h>
#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <limits>
#include <optional>

namespace yonder::cli {
namespace {

/// The one-letter spelling of an option, or 0.
char short_name(std::string_view name) {
  constexpr std::pair<std::string_view, char> kLetters[] = {
      {"model", 'm'},  {"out", 'o'},    {"order", 'N'}, {"count", 'n'},
      {"tokens", 'n'}, {"prompt", 'p'}, {"file", 'f'}};
  for (const auto& [option, letter] : kLetters) {
    if (option == name) {
      return letter;
    }
  }
  return '\0';
}

std::string count_text(int64_t value, int64_t unit) {
  if (value > 0) {
    for (const auto& [size, suffix] :
         {std::pair{unit * unit * unit, 'G'}, {unit * unit, 'M'}, {unit, 'k'}}) {
      if (value % size == 0) {
        return fmt::format("{}{}", value / size, suffix);
      }
    }
  }
  return std::to_string(value);
}

/// One option as help shows it.
struct OptionRecord {
  std::string spelling;  // "-m, --model FILE"
  std::string help;      // with range and default
};

/// Turns a visit into CLI11 options, and notes what help says about each.
class CliVisitor : public OptionVisitor {
 public:
  CliVisitor(CLI::App& app, std::string positional,
             const std::vector<EnvironmentDefault>& environment)
      : app_(app), positional_(std::move(positional)), environment_(environment) {}

  void flag(const char* name, bool& value, const char* help) override {
    if (const EnvironmentDefault* given = environment(name)) {
      require(given->value == "0" || given->value == "1", ErrorKind::bad_option,
              "{} is \"{}\"; it must be 0 or 1", given->variable, given->value);
      value = given->value == "1";
    }
    app_.add_flag(fmt::format("--{0},!--no-{0}", name), value, help);
    // A switch that is on by default is shown as what a user would type to change it.
    add_record(value ? fmt::format("    --no-{}", name) : fmt::format("    --{}", name),
               value ? fmt::format("turn off: {}", help) : help, "", "");
    names_.push_back(name);
  }

  void integer(const char* name, int64_t& value, int64_t low, int64_t high,
               const char* help) override {
    number(name, value, low, high, 1000, "N", help);
  }

  void bytes(const char* name, int64_t& value, int64_t low, int64_t high,
             const char* help) override {
    number(name, value, low, high, 1024, "SIZE", help);
  }

  void seed(const char* name, uint64_t& value, const char* help) override {
    scalar(name, "N", help, std::to_string(value),
           [&value, name](const std::string& text) { value = parse_seed_option(name, text); });
  }

  void real(const char* name, double& value, double low, double high, const char* help) override {
    scalar(name, "X", help, fmt::format("{}", value),
           [&value, name](const std::string& text) { value = parse_real_option(name, text); });
    range_checks_.push_back([&value, name, low, high] {
      const bool bounded = high < std::numeric_limits<double>::max();
      check_range(name, value, low, bounded ? high : std::numeric_limits<double>::infinity());
    });
  }

  void text(const char* name, std::string& value, const char* help) override {
    scalar(name, "TEXT", help, value, [&value](const std::string& given) { value = given; });
  }

  void path(const char* name, std::string& value, const char* help) override {
    scalar(name, "FILE", help, value, [&value](const std::string& given) { value = given; });
  }

  void choice(const char* name, std::string& value, const std::vector<std::string>& names,
              const char* help) override {
    const std::string joined = fmt::format("{}", fmt::join(names, "|"));
    const bool fits = joined.size() <= 28;
    scalar(name, fits ? joined : "NAME", fits ? help : fmt::format("{}: {}", help, joined), value,
           [&value, names, name](const std::string& given) {
             check_choice(name, given, names);
             value = given;
           });
  }

  void list(const char* name, std::vector<std::string>& value, const char* help) override {
    CLI::Option* option = app_.add_option(
        cli_names(name),
        [&value](const CLI::results_t& results) {
          value = results;
          return true;
        },
        help);
    option->expected(1, CLI::detail::expected_max_vector_size);
    // `--text a b` takes both, but where arguments without a name are another list, `-m a b` must
    // leave b to that. (A positional that is no list is visited before the lists.)
    const bool greedy = positional_.empty() || name == positional_ || positional_is_scalar_;
    option->allow_extra_args(greedy);
    add_record(fmt::format("{}--{} TEXT{}", short_part(name), name, greedy ? "..." : ""),
               greedy ? std::string(help) : fmt::format("{} (may be repeated)", help), "",
               fmt::format("{}", fmt::join(value, " ")));
    names_.push_back(name);
    positional_is_list_ = positional_is_list_ || name == positional_;
  }

  void integers(const char* name, std::vector<int64_t>& value, int64_t low, int64_t high,
                const char* help) override {
    std::string default_text;
    for (const int64_t v : value) {
      default_text += default_text.empty() ? "" : ",";
      default_text += count_text(v, 1000);
    }
    scalar(name, "N,N,...", help, default_text, [&value, name, low, high](const std::string& text) {
      value = parse_whole_list_option(name, text, low, high);
    });
  }

  const std::vector<OptionRecord>& records() const { return records_; }
  /// The positional option takes several arguments.
  bool positional_is_list() const { return positional_is_list_; }
  /// The ranges of real numbers, which are checked after the command's own validate().
  void check_ranges() const {
    for (const auto& check : range_checks_) {
      check();
    }
  }
  /// Long names of all options, for the nearest one in messages.
  const std::vector<std::string>& names() const { return names_; }

 private:
  const EnvironmentDefault* environment(std::string_view name) const {
    for (const EnvironmentDefault& given : environment_) {
      if (given.option == name) {
        return &given;
      }
    }
    return nullptr;
  }

  std::string cli_names(const std::string& name) const {
    std::string names = "--" + name;
    if (const char letter = short_name(name)) {
      names += fmt::format(",-{}", letter);
    }
    return name == positional_ ? name + "," + names : names;
  }

  static std::string short_part(const char* name) {
    const char letter = short_name(name);
    return letter != '\0' ? fmt::format("-{}, ", letter) : "    ";
  }

  void number(const char* name, int64_t& value, int64_t low, int64_t high, int64_t unit,
              const char* label, const char* help) {
    // Bounds that nobody meets in practice would only clutter the help.
    constexpr int64_t kFar = int64_t{1} << 40;
    const std::string range =
        high < kFar ? fmt::format("{} to {}", count_text(low, unit), count_text(high, unit))
                    : fmt::format("{} or more", count_text(low, unit));
    scalar(
        name, label, help, count_text(value, unit),
        [&value, name, unit, low, high](const std::string& text) {
          value = parse_whole_option(name, text, unit, low, high);
        },
        range);
  }

  void scalar(const char* name, const std::string& label, const std::string& help,
              std::string default_text, std::function<void(const std::string&)> assign,
              const std::string& range = "") {
    if (const EnvironmentDefault* given = environment(name)) {
      try {
        assign(given->value);
      } catch (const Error& error) {
        fail(error.kind, "{}: {}", given->variable, error.what());
      }
      default_text = given->value;
    }
    CLI::Option* option = app_.add_option(
        cli_names(name),
        [assign = std::move(assign)](const CLI::results_t& results) {
          assign(results.back());
          return true;
        },
        help);
    option->expected(1)->multi_option_policy(CLI::MultiOptionPolicy::TakeLast);
    add_record(fmt::format("{}--{} {}", short_part(name), name, label), help, range, default_text);
    positional_is_scalar_ = positional_is_scalar_ || name == positional_;
    names_.push_back(name);
  }

  void add_record(std::string spelling, const std::string& help, const std::string& range,
                  const std::string& default_text) {
    std::string notes = range;
    if (!default_text.empty()) {
      notes += (notes.empty() ? "" : "; ") + fmt::format("default {}", default_text);
    }
    records_.push_back({std::move(spelling), notes.empty() ? help : help + " [" + notes + "]"});
  }

  CLI::App& app_;
  std::string positional_;
  const std::vector<EnvironmentDefault>& environment_;
  std::vector<OptionRecord> records_;
  std::vector<std::string> names_;
  std::vector<std::function<void()>> range_checks_;
  bool positional_is_list_ = false;
  bool positional_is_scalar_ = false;
};

[[noreturn]] void fail_extra(const std::string& full_name, const std::string& extra,
                             const std::vector<std::string>& names) {
  if (extra.size() < 2 || extra[0] != '-') {
    fail(ErrorKind::bad_option,
         "{} takes no argument \"{}\" without an option's name; see {} --help", full_name, extra,
         full_name);
  }
  const std::string name = extra.substr(0, extra.find('='));
  const std::string nearest =
      name.substr(0, 2) == "--" ? nearest_name(std::string_view(name).substr(2), names) : "";
  if (nearest.empty()) {
    fail(ErrorKind::bad_option, "{} has no option {}; see {} --help", full_name, name, full_name);
  }
  fail(ErrorKind::bad_option, "{} has no option {}; did you mean --{}?", full_name, name, nearest);
}

}  // namespace

void CommonOptions::visit(OptionVisitor& v) {
  v.choice("progress", progress, progress_modes(), "how progress is shown on standard error");
  v.flag("debug", debug, "on an error, also print the stack where it arose");
}

CommonOptions parse_command_line(const std::string& full_name, const CommandRow& row,
                                 Command& command, const std::vector<std::string>& arguments,
                                 const std::vector<EnvironmentDefault>& environment) {
  CLI::App app;
  app.set_help_flag("-h,--help");
  app.allow_extras();
  CommonOptions common;
  CliVisitor visitor(app, row.positional, environment);
  command.visit(visitor);
  common.visit(visitor);
  try {
    std::vector<std::string> reversed(arguments.rbegin(), arguments.rend());
    app.parse(std::move(reversed));
  } catch (const CLI::CallForHelp&) {
    common.help = true;
    return common;
  } catch (const CLI::ArgumentMismatch& error) {
    // CLI11 says "--alpha: 1 required TEXT missing".
    const std::string_view message = error.what();
    fail(ErrorKind::bad_option, "{} needs a value; see {} --help",
         message.substr(0, message.find(':')), full_name);
  } catch (const CLI::ParseError& error) {
    fail(ErrorKind::bad_option, "{}: {}", full_name, error.what());
  }
  const std::vector<std::string> extras = app.remaining();
  if (!extras.empty()) {
    fail_extra(full_name, extras.front(), visitor.names());
  }
  command.validate();
  visitor.check_ranges();
  return common;
}

std::string usage_line(const std::string& full_name, const CommandRow& row) {
  if (row.positional.empty()) {
    return full_name + " [options]";
  }
  CLI::App app;
  const std::vector<EnvironmentDefault> no_environment;
  CliVisitor visitor(app, row.positional, no_environment);
  row.make()->visit(visitor);
  return fmt::format("{} [options] [{}{}]", full_name, row.positional,
                     visitor.positional_is_list() ? "..." : "");
}

std::string wrap(std::string_view text, size_t indent, size_t width) {
  std::string out;
  const std::string margin(indent, ' ');
  size_t column = 0;
  size_t i = 0;
  while (i < text.size()) {
    if (text[i] == '\n') {
      out += '\n';
      column = 0;
      ++i;
      continue;
    }
    if (text[i] == ' ') {
      ++i;
      continue;
    }
    const size_t end = std::min(text.find_first_of(" \n", i), text.size());
    const std::string_view word = text.substr(i, end - i);
    if (column == 0) {
      out += margin;
      column = indent;
    } else if (column + 1 + word.size() > width) {
      out += "\n" + margin;
      column = indent;
    } else {
      out += ' ';
      ++column;
    }
    out += word;
    column += word.size();
    i = end;
  }
  return out;
}

std::string help_text(const std::string& full_name, const CommandRow& row) {
  CLI::App app;
  const std::vector<EnvironmentDefault> no_environment;
  CliVisitor visitor(app, row.positional, no_environment);
  const std::unique_ptr<Command> command = row.make();
  command->visit(visitor);
  CommonOptions common;
  common.visit(visitor);
  std::string out =
      fmt::format("{}: {}\n\nUsage: {}\n", full_name, row.summary, usage_line(full_name, row));
  if (!row.details.empty()) {
    out += "\n" + wrap(row.details, 0) + "\n";
  }
  out += "\nOptions:\n";
  std::vector<OptionRecord> records = visitor.records();
  records.push_back({"-h, --help", "print this text"});
  constexpr size_t kHelpColumn = 30;
  for (const OptionRecord& record : records) {
    std::string left = "  " + record.spelling;
    std::string help = wrap(record.help, kHelpColumn);
    if (left.size() < kHelpColumn) {
      left.resize(kHelpColumn, ' ');
      help.erase(0, kHelpColumn);
    } else {
      left += '\n';
    }
    out.append(left).append(help).append("\n");
  }
  if (!row.examples.empty()) {
    out += "\nExamples:\n";
    for (const std::string& example : row.examples) {
      out += "  " + example + "\n";
    }
  }
  return out;
}

}  // namespace yonder::cli
