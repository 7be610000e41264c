// SPDX-License-Identifier: Apache-2.0
// A file of JSON lines that grows while a command works: each line is on disk once write() returns,
// so that an interrupted run keeps what it had.
#pragma once

#include <filesystem>
#include <string_view>

namespace yonder::cli {

class JsonLines {
 public:
  /// Creates the file; an empty path writes nothing. Throws Error(file) where it exists, unless
  /// `force`.
  JsonLines(const std::filesystem::path& path, bool force);
  ~JsonLines();
  JsonLines(const JsonLines&) = delete;
  JsonLines& operator=(const JsonLines&) = delete;
  void write(std::string_view line) const;

 private:
  std::filesystem::path path_;
  int descriptor_ = -1;
};

}  // namespace yonder::cli
