// SPDX-License-Identifier: Apache-2.0
#include "web/server/series.h"

#include "web/server/demo_series.h"
#include "web/server/request_options.h"
#include "web/server/shell_text.h"
#include "yonder/base/random.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace yonder::web {
namespace {

constexpr size_t kLongestInline = 200;  // values in a command to be pasted

Series from_demo(const std::string& name) {
  const DemoSeries& row = demo_series(name);
  auto column = std::make_shared<NumberColumn>();
  column->values = row.make();
  return {row.name, column, "awk " + shell_quote(row.awk), "-", {}};
}

Series from_values(const Json& values) {
  auto column = std::make_shared<NumberColumn>();
  std::vector<std::string> words = {"printf", "%s\\n"};
  const bool is_short = values.array().size() <= kLongestInline;
  for (const Json& value : values.array()) {
    column->values.push_back(value.real());
    if (is_short) {
      words.push_back(fmt::format("{}", column->values.back()));
    }
  }
  require(!column->values.empty(), ErrorKind::bad_data, "there is no number yet");
  return {"pasted numbers",
          column,
          is_short ? shell_command(words) : std::string(),
          is_short ? "-" : "numbers.csv",
          {}};
}

Series from_file(const Json& data, Workspace& workspace) {
  const std::shared_ptr<const NumberFile> file = workspace.numbers.get(data.at("file").text());
  ColumnChoice choice;
  read_members(data, {"file"}, [&](OptionVisitor& v) {
    v.text("column", choice.column, "name, or number from 1; empty = the only one");
    v.text("time-column", choice.time_column, "times of the rows; empty = regular");
    v.choice("missing", choice.missing, missing_names(), "what happens to missing cells");
  });
  Series series;
  series.name = choice.column.empty() ? file->name : choice.column;
  series.column = workspace.numbers.read(*file, choice);
  series.file = file->name;
  series.header_lines = file->format != "csv" ? -1 : file->header ? 1 : 0;
  if (!choice.column.empty()) {
    series.arguments.insert(series.arguments.end(), {"--column", choice.column});
  }
  if (!choice.time_column.empty()) {
    series.arguments.insert(series.arguments.end(), {"--time-column", choice.time_column});
  }
  if (choice.missing == "drop") {
    series.arguments.emplace_back("--drop-invalid");
  } else if (choice.missing == "hold") {
    series.arguments.insert(series.arguments.end(), {"--gap", "hold"});
  }
  return series;
}

}  // namespace

std::string Series::command(std::vector<std::string> words,
                            const std::vector<std::string>& more_arguments) const {
  words.push_back(file);
  words.insert(words.end(), arguments.begin(), arguments.end());
  words.insert(words.end(), more_arguments.begin(), more_arguments.end());
  return (pipe.empty() ? "" : pipe + " | ") + shell_command(words);
}

Series Series::slice(uint64_t first, uint64_t count) const {
  const uint64_t n = column->values.size();
  require(first < n, ErrorKind::bad_option, "there are {} values; the first to use is number {}", n,
          first + 1);
  const uint64_t last = count < n - first ? first + count : n;
  if (first == 0 && last == n) {
    return *this;
  }
  const auto cut = [&](const std::vector<double>& all) {
    return all.empty() ? all
                       : std::vector<double>(all.begin() + static_cast<ptrdiff_t>(first),
                                             all.begin() + static_cast<ptrdiff_t>(last));
  };
  Series part = *this;
  auto cut_column = std::make_shared<NumberColumn>(
      NumberColumn{cut(column->values), cut(column->times), column->step, column->missing});
  part.column = std::move(cut_column);
  if (header_lines < 0) {
    return part;  // nothing on the command line cuts such a file
  }
  const uint64_t line = first + 1 + static_cast<uint64_t>(header_lines);
  const std::string lines =
      fmt::format("{}{},{}p", header_lines > 0 ? "1p;" : "", line, line + (last - first) - 1);
  part.pipe = pipe.empty() ? shell_command({"sed", "-n", lines, file})
                           : pipe + " | " + shell_command({"sed", "-n", lines});
  part.file = "-";
  return part;
}

Series read_series(const Json& request, Workspace& workspace) {
  const Json& data = request.at("data");
  if (const Json* demo = data.find("demo")) {
    return from_demo(demo->text());
  }
  if (const Json* values = data.find("values")) {
    return from_values(*values);
  }
  return from_file(data, workspace);
}

std::vector<double> subsample(std::span<const double> values, size_t n, uint64_t seed) {
  if (values.size() <= n) {
    return {values.begin(), values.end()};
  }
  // Each value is taken with the chance that is left: Knuth, volume 2, algorithm S.
  Rng rng(seed);
  std::vector<double> taken;
  taken.reserve(n);
  for (size_t i = 0; taken.size() < n; ++i) {
    if (rng.below(values.size() - i) < n - taken.size()) {
      taken.push_back(values[i]);
    }
  }
  return taken;
}

void write_number(JsonWriter& w, std::string_view key, double value) {
  w.key(key);
  if (std::isfinite(value)) {
    w.value(value);
  } else {
    w.null();
  }
}

void write_numbers(JsonWriter& w, std::string_view key, std::span<const double> values,
                   int digits) {
  std::string text = "[";
  for (const double value : values) {
    text += text.size() > 1 ? "," : "";
    text += std::isfinite(value) ? fmt::format("{:.{}g}", value, digits) : "null";
  }
  w.key(key).raw(text + "]");
}

}  // namespace yonder::web
