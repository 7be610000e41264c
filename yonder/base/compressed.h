// SPDX-License-Identifier: Apache-2.0
// Reading a file that may be gzip or zstd (told by its first bytes), as a stream in bounded memory.
//
//   ByteReader reader("corpus.txt.zst");    // "-" is standard input
//   while (size_t n = reader.read(buffer)) { ... }
//
// Concatenated gzip members and zstd frames are read through; zstd windows up to 128 MiB.
// Errors: Error(file) from the system, Error(bad_data) with the compressed offset for damage or a
// stream that ends early. Test: compressed_test.cpp.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace yonder {

class ByteReader {
 public:
  explicit ByteReader(const std::filesystem::path& path);
  ~ByteReader();
  ByteReader(ByteReader&&) noexcept;
  ByteReader& operator=(ByteReader&&) noexcept;

  /// Fills `out` as far as there are bytes; 0 only at the end.
  size_t read(std::span<char> out);
  /// Compressed bytes consumed so far, for progress against file_size().
  uint64_t consumed() const;
  /// Size of the file on disk, 0 if unknown (a pipe).
  uint64_t file_size() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// The whole decompressed content.
std::string read_compressed(const std::filesystem::path& path);
/// gzip level-9 size of `bytes`, the yardstick of the demo.
uint64_t gzip_size(std::string_view bytes);

}  // namespace yonder
