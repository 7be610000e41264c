// SPDX-License-Identifier: Apache-2.0
// Columns of numbers from the files people have: CSV (RFC 4180, UTF-8, header optional), NPY arrays
// and raw little-endian floats, read in chunks so that a file of any size takes bounded memory.
//
//   NumberTableOptions options;
//   options.columns = {"temp_f"};
//   const auto table = open_number_table("weather.csv", options);
//   std::vector<double> values(4096 * table->names().size());
//   while (const size_t rows = table->read(values)) { ... }       // [rows][columns]
//
// A cell that is no finite number is an error that names line and column, unless `invalid` says
// otherwise; an empty cell, "NA" and "NaN" written as a cell count as missing.
// Compressed files (gzip, zstd) are unpacked.
// Errors: Error(bad_data) with "file:line", Error(bad_option) for a column that is not there
// (naming the nearest), Error(file). Tests: number_table_test.cpp, csv_test.cpp, npy_test.cpp.
#pragma once

#include "yonder/base/options.h"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <istream>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace yonder {

/// What happens to a cell that is empty or says "NA".
enum class MissingCells {
  refuse,  ///< Error(bad_data)
  keep,    ///< the value is NaN; any other cell that is no finite number is still refused
  drop,    ///< the row is left out and counted
};

struct NumberTableOptions {
  std::string format = "auto";  ///< auto (by name and first bytes), csv, npy, f32, f64
  std::string header = "auto";  ///< csv: auto (the first row has a cell that is neither number
                                ///< nor time), yes, no
  std::vector<std::string> columns =
      {};                        ///< names, or numbers from 1; empty: the only column there is
  std::string time_column = {};  ///< numbers or ISO-8601 ("2013-01-01T06:00:00Z"); empty: none
  MissingCells missing = MissingCells::refuse;
  bool drop_invalid = false;  ///< rows with any cell that is no finite number are left out, counted
};

class NumberTable {
 public:
  virtual ~NumberTable() = default;
  /// Names of the chosen columns, in the order of the options ("column 2" where there is no
  /// header).
  virtual const std::vector<std::string>& names() const = 0;
  /// Fills `values` with up to values.size() / names().size() further rows, [rows][columns];
  /// returns how many, 0 at the end.
  virtual size_t read(std::span<double> values) = 0;
  /// The times of the rows of the last read(), in seconds (ISO-8601: since 1970-01-01 UTC) or in
  /// the file's own unit; empty without a time column.
  virtual std::span<const double> times() const = 0;
  /// Where row `row` of the last read() stands, for messages: "weather.csv:17".
  virtual std::string place(size_t row) const = 0;
  /// Rows left out so far.
  virtual uint64_t dropped() const = 0;
};

/// Opens a file; "-" is what `standard_input` gives (null: "-" is refused).
std::unique_ptr<NumberTable> open_number_table(const std::filesystem::path& path,
                                               const NumberTableOptions& options,
                                               std::istream* standard_input = nullptr);

/// What NumberTableOptions::format may be.
const std::vector<std::string>& number_table_formats();

/// "a", "b" and so on, the first dozen, for messages.
std::string describe_columns(const std::vector<std::string>& names);

/// All that is left of a table, column after column: [columns][rows].
std::vector<std::vector<double>> read_columns(NumberTable& table);

/// Seconds since 1970-01-01T00:00:00Z of an ISO-8601 date or time ("2013-01-01",
/// "2013-01-01T06:00:00.5+02:00"; without a zone: UTC), or the value of a plain number. Throws
/// Error(bad_data) saying what was found.
double parse_time(std::string_view text);

}  // namespace yonder
