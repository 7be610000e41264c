// SPDX-License-Identifier: Apache-2.0
// Any bytes as a CSV file: an Error, or the same numbers whether they are read row by row or many
// rows at once, and whether the file comes whole or byte by byte. The first byte chooses the
// options.
#include "yonder/base/csv.h"
#include "yonder/base/error.h"
#include "yonder/base/number_table.h"

#include <cmath>
#include <cstdint>
#include <cstring>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

namespace {

using yonder::Error;
using yonder::ErrorKind;

std::vector<std::string> fields_of(std::string_view bytes, size_t piece) {
  std::vector<std::string> fields;
  try {
    yonder::CsvReader csv(
        [bytes, piece](std::span<char> out) mutable {
          const size_t count = std::min({piece, out.size(), bytes.size()});
          std::memcpy(out.data(), bytes.data(), count);
          bytes.remove_prefix(count);
          return count;
        },
        "input");
    while (csv.next()) {
      for (const std::string_view field : csv.fields()) {
        fields.push_back(std::to_string(csv.line()) + " " + std::string(field));
      }
    }
  } catch (const Error& error) {
    YONDER_CHECK(error.kind == ErrorKind::bad_data);
    fields.emplace_back(error.what());
  }
  return fields;
}

std::vector<double> values_of(const std::string& bytes, const yonder::NumberTableOptions& options,
                              size_t rows, std::string& message) {
  std::vector<double> all;
  std::istringstream stream(bytes);
  try {
    const auto table = yonder::open_number_table("-", options, &stream);
    std::vector<double> values(rows * table->names().size());
    while (const size_t count = table->read(values)) {
      all.insert(all.end(), values.begin(),
                 values.begin() + static_cast<std::ptrdiff_t>(count * table->names().size()));
      YONDER_CHECK(table->times().size() == (options.time_column.empty() ? 0 : count));
      YONDER_CHECK(!table->place(count - 1).empty());
    }
  } catch (const Error& error) {
    YONDER_CHECK(error.kind == ErrorKind::bad_data || error.kind == ErrorKind::bad_option);
    message = error.what();
  }
  return all;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const uint8_t choice = size > 0 ? data[0] : 0;
  const std::string bytes(reinterpret_cast<const char*>(data) + (size > 0 ? 1 : 0),
                          size > 0 ? size - 1 : 0);
  YONDER_CHECK(fields_of(bytes, 1) == fields_of(bytes, bytes.size() + 1));

  yonder::NumberTableOptions options;
  options.format = choice % 8 == 7 ? "f32" : "csv";
  if (choice & 8) {
    options.columns = {"1"};
  }
  if (choice & 16) {
    options.time_column = "2";
  }
  options.missing = choice & 32 ? yonder::MissingCells::keep : yonder::MissingCells::drop;
  options.drop_invalid = (choice & 64) != 0;
  std::string one_message;
  std::string many_message;
  const std::vector<double> one = values_of(bytes, options, 1, one_message);
  const std::vector<double> many = values_of(bytes, options, 1000, many_message);
  YONDER_CHECK(one_message == many_message);
  // Rows before an error in the same read() are not given out.
  YONDER_CHECK(many.size() <= one.size() && (!many_message.empty() || many.size() == one.size()));
  for (size_t i = 0; i < many.size(); ++i) {
    YONDER_CHECK(one[i] == many[i] || (std::isnan(one[i]) && std::isnan(many[i])));
    YONDER_CHECK(std::isfinite(one[i]) || (choice & 32));
  }
  return 0;
}
