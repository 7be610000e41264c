// SPDX-License-Identifier: Apache-2.0
// CSV (RFC 4180) as a stream of records in bounded memory: quoted fields with doubled quotes and
// embedded newlines, LF or CRLF, a byte-order mark, blank lines passed over. Fields are separated
// by commas, or by tabs or semicolons where the first line has those and no comma. What the fields
// mean is the caller's: numbers are number_table.h.
//
//   CsvReader csv(source, "weather.csv");
//   while (csv.next()) { use(csv.fields(), csv.line()); }
//
// A line without quotes, which is nearly every line of numbers, is split where it lies in the
// buffer; a record with quotes is copied. Errors: Error(bad_data) "weather.csv:17: ...". A quote
// inside of a field that does not begin with one is text, as in most programs.
// Test: csv_test.cpp; any bytes: tests/fuzz/fuzz_number_table.cpp.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace yonder {

class CsvReader {
 public:
  /// Fills the span as far as there are bytes and says how many; 0 only at the end.
  using Source = std::function<size_t(std::span<char>)>;
  /// name stands in messages. Reads the first line already, to see its separator.
  CsvReader(Source source, std::string name);

  /// Goes to the next record; false at the end. Throws Error(bad_data) for a quote that is never
  /// closed, text behind a closing quote, a record above 16 MiB, UTF-16.
  bool next();
  /// The record's fields without quotes; they live until the next call of next().
  std::span<const std::string_view> fields() const { return fields_; }
  /// The line on which the record begins, from 1.
  uint64_t line() const { return line_; }
  /// "weather.csv:17".
  std::string place() const;

 private:
  bool refill();
  void find_separator();
  void split(std::string_view line);
  size_t split_quoted(std::string_view text);

  Source source_;
  std::string name_;
  std::vector<char> buffer_;
  size_t begin_ = 0;  // of what is not consumed yet
  size_t end_ = 0;
  bool at_end_ = false;  // the source is dry
  char separator_ = ',';
  uint64_t line_ = 0;
  uint64_t next_line_ = 1;
  std::vector<std::string_view> fields_;
  std::string unquoted_;  // fields of a record with quotes
};

}  // namespace yonder
