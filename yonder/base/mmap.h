// SPDX-License-Identifier: Apache-2.0
// A file mapped into memory, read-only. For files that are large, or read in parts; a file that
// another program may truncate meanwhile belongs to read_file() instead. Test: mmap_test.cpp.
#pragma once

#include <cstddef>
#include <filesystem>
#include <span>
#include <string_view>

namespace yonder {

class MappedFile {
 public:
  MappedFile() = default;
  /// Throws Error(file) when the file is missing, unreadable or not a regular file.
  explicit MappedFile(const std::filesystem::path& path);
  ~MappedFile();
  MappedFile(MappedFile&& other) noexcept;
  MappedFile& operator=(MappedFile&& other) noexcept;
  MappedFile(const MappedFile&) = delete;
  MappedFile& operator=(const MappedFile&) = delete;

  std::string_view view() const { return {data_, size_}; }
  size_t size() const { return size_; }

 private:
  const char* data_ = nullptr;
  size_t size_ = 0;
};

}  // namespace yonder
