// SPDX-License-Identifier: Apache-2.0
// The numbers that a request is about, from wherever they come:
//
//   "data": {"demo":"five-peaks"}                     demo_series.h
//   "data": {"values":[1, 2.5, 3]}                    pasted into the page
//   "data": {"file":"n1","column":"temp_f"}           number_files.h; also time-column,
//   drop-invalid
//
// and how the same numbers reach a program on the command line. Test: series_test.cpp.
#pragma once

#include "web/server/workspace.h"
#include "yonder/base/json.h"

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace yonder::web {

struct Series {
  std::string name;  ///< of the column, for people
  std::shared_ptr<const NumberColumn> column;
  std::string pipe;                    ///< "awk '...'", or empty
  std::string file;                    ///< what the program is to read: "-" behind a pipe
  std::vector<std::string> arguments;  ///< {"--column", "temp_f"}
  int64_t header_lines = 0;            ///< before the first value; -1 = the file has no lines

  std::span<const double> values() const { return column->values; }
  std::span<const double> times() const { return column->times; }
  /// Values first, first + 1, ..., at most count of them.
  Series slice(uint64_t first, uint64_t count) const;
  /// "awk '...' | yonder density fit - --order 8".
  std::string command(std::vector<std::string> words,
                      const std::vector<std::string>& more_arguments) const;
};

/// Reads the member "data" of a request. Throws as NumberFiles::read, Error(bad_data) for what is
/// no number.
Series read_series(const Json& request, Workspace& workspace);

/// n values drawn without replacement by `seed`, in their old order; all of them where there are no
/// more than n.
std::vector<double> subsample(std::span<const double> values, size_t n, uint64_t seed);

/// Adds key: [numbers] with so many significant digits; what is not finite becomes null.
void write_numbers(JsonWriter& w, std::string_view key, std::span<const double> values,
                   int digits = 7);
/// Adds key: number, or null where it is not finite.
void write_number(JsonWriter& w, std::string_view key, double value);

}  // namespace yonder::web
