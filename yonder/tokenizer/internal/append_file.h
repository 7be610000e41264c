// SPDX-License-Identifier: Apache-2.0
// A file that grows across runs of a program: opened, cut back to what a saved state vouches for,
// appended to. Unlike base/file.h it is visible while it is written; its folder says that it is not
// finished. Errors: Error(file). Test: append_file_test.cpp.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

namespace yonder::tokenizer::internal {

class AppendFile {
 public:
  /// Opens `path`, made if missing, and cuts it back to `size` bytes; shorter is an error.
  AppendFile(std::filesystem::path path, uint64_t size);
  ~AppendFile();
  AppendFile(const AppendFile&) = delete;
  AppendFile& operator=(const AppendFile&) = delete;

  /// Appends; buffered (1 MiB).
  void append(std::string_view bytes);
  /// Bytes in the file, those in the buffer included.
  uint64_t size() const { return size_; }
  /// Returns when all that was appended would survive a power cut.
  void sync();

 private:
  void flush();
  std::filesystem::path path_;
  std::string buffer_;
  uint64_t size_ = 0;
  int descriptor_ = -1;
};

}  // namespace yonder::tokenizer::internal
