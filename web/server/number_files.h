// SPDX-License-Identifier: Apache-2.0
// Files of numbers that pages work on, by id: uploads in any of the formats of number_table.h, and
// WAV. Which columns a file has is read when it is opened; the latest columns that were asked for
// stay in memory, in bounded room, so that a slider does not read a file again at every step.
// Test: number_files_test.cpp.
#pragma once

#include "web/server/upload_file.h"
#include "yonder/base/json.h"

#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace yonder::web {

struct NumberFile {
  /// A column as it may be chosen.
  struct ColumnName {
    std::string name;     ///< as in the header, or its number from 1
    std::string example;  ///< the first cell
    bool number = true;   ///< the first cell is one
  };

  std::string id;      ///< "n1"
  std::string name;    ///< for people: "weather.csv"
  std::string format;  ///< csv, npy, f32, f64 or wav
  bool header = true;  ///< the first line of a CSV file names the columns
  std::vector<ColumnName> columns;
  std::shared_ptr<UploadFile> upload;
};

/// Which numbers of a file.
struct ColumnChoice {
  std::string column;              ///< empty: the only one there is
  std::string time_column;         ///< empty: regular
  std::string missing = "refuse";  ///< a name of missing_names()

  bool operator==(const ColumnChoice&) const = default;
};

/// A column that was read.
struct NumberColumn {
  std::vector<double> values;
  std::vector<double> times;  ///< as many, or empty
  double step = 1;            ///< between samples, where the file says so (WAV: seconds)
  uint64_t missing = 0;       ///< cells that were left out, or filled
};

/// What happens to cells that are empty or say "NA": refuse; drop, with all rows without a number;
/// hold the last value before them.
const std::vector<std::string>& missing_names();

class NumberFiles {
 public:
  /// The most files that are listed at once, and values in one column.
  static constexpr size_t kMost = 50;
  static constexpr size_t kMostValues = 16'000'000;

  /// Throws Error(bad_data) with the file's name for what is none of the formats, HttpError 507
  /// when kMost are there.
  std::shared_ptr<const NumberFile> add_upload(std::shared_ptr<UploadFile> file, std::string name);
  /// Throws HttpError 404.
  std::shared_ptr<const NumberFile> get(std::string_view id) const;
  /// Takes it off the list; who reads it goes on. Throws HttpError 404.
  void remove(std::string_view id);
  std::vector<std::shared_ptr<const NumberFile>> all() const;

  /// Reads a column, or finds it among the latest. Throws Error(bad_data) "weather.csv:17: ...",
  /// Error(bad_option) for a column that is not there, HttpError 413 beyond kMostValues.
  std::shared_ptr<const NumberColumn> read(const NumberFile& file, const ColumnChoice& choice);

 private:
  struct Kept {
    std::string id;
    ColumnChoice choice;
    std::shared_ptr<const NumberColumn> column;
  };
  static constexpr size_t kKept = 3;  // columns in memory

  mutable std::mutex mutex_;
  std::vector<std::shared_ptr<const NumberFile>> files_;
  std::deque<Kept> kept_;  // the latest first
  uint64_t added_ = 0;
};

/// {"id","name","format","columns":[{"name","example","number"}]}.
void write_json(JsonWriter& w, const NumberFile& file);

}  // namespace yonder::web
