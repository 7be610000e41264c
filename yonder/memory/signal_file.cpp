// SPDX-License-Identifier: Apache-2.0
#include "yonder/memory/signal_file.h"

#include "yonder/base/error.h"
#include "yonder/memory/wav.h"

#include <algorithm>
#include <array>
#include <fstream>

namespace yonder::memory {
namespace {

const std::vector<std::string>& signal_formats() {
  static const std::vector<std::string> names = [] {
    std::vector<std::string> all = number_table_formats();
    all.emplace_back("wav");
    return all;
  }();
  return names;
}

bool begins_as_wav(const std::string& path) {
  std::array<char, 12> first{};
  std::ifstream file(path, std::ios::binary);
  file.read(first.data(), first.size());
  return is_wav({first.data(), static_cast<size_t>(file.gcount())});
}

}  // namespace

void SignalOptions::visit(OptionVisitor& v) {
  v.text("column", column,
         "columns to remember, by name or by number from 1, separated by commas; a file with one "
         "needs none");
  v.text("time-column", time_column, "column of times: numbers, or ISO-8601 (then in seconds)");
  v.choice("format", format, signal_formats(), "what the input is");
}

std::vector<std::string> split_at_commas(std::string_view text) {
  std::vector<std::string> parts;
  for (size_t first = 0; first < text.size();) {
    const size_t end = std::min(text.find(',', first), text.size());
    parts.emplace_back(text.substr(first, end - first));
    first = end + 1;
  }
  return parts;
}

Signal open_signal(const SignalOptions& options, MissingCells missing,
                   std::istream* standard_input) {
  const bool from_standard_input = options.input == "-";
  require(!from_standard_input || standard_input != nullptr, ErrorKind::bad_option,
          "\"-\" is standard input, which cannot be read here");
  const std::vector<std::string> columns =
      options.column.empty() ? options.default_columns : split_at_commas(options.column);
  const bool wav = options.format == "wav" || (options.format == "auto" && !from_standard_input &&
                                               begins_as_wav(options.input));
  if (!wav) {
    NumberTableOptions table;
    table.format = options.format;
    table.columns = columns;
    table.time_column = options.time_column;
    table.missing = missing;
    return {open_number_table(options.input, table, standard_input), std::nullopt};
  }
  require(options.time_column.empty(), ErrorKind::bad_option,
          "--time-column is given, but a WAV file has no columns of times; leave it out");
  auto table = from_standard_input
                   ? std::make_unique<WavTable>(*standard_input, "standard input", columns)
                   : std::make_unique<WavTable>(options.input, columns);
  const double step = 1 / static_cast<double>(table->format().sample_rate);
  return {std::move(table), step};
}

}  // namespace yonder::memory
