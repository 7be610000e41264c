// SPDX-License-Identifier: Apache-2.0
// A request's body on disk: a file with a name of our own making that goes with the last owner.
// Test: upload_file_test.cpp.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string_view>

namespace yonder::web {

class UploadFile {
 public:
  /// Creates an empty file in `folder`. Throws Error(file).
  explicit UploadFile(const std::filesystem::path& folder);
  /// Removes it.
  ~UploadFile();
  UploadFile(const UploadFile&) = delete;
  UploadFile& operator=(const UploadFile&) = delete;

  /// Appends. Throws HttpError 507 when the disk is full, else Error(file).
  void write(std::string_view bytes);
  /// Bytes written so far.
  uint64_t size() const { return size_; }
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
  uint64_t size_ = 0;
  int descriptor_ = -1;
};

}  // namespace yonder::web
