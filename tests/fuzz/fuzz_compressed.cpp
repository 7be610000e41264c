// SPDX-License-Identifier: Apache-2.0
// Any bytes as a file that may be gzip or zstd: an Error(bad_data), or the same text whether it is
// read in small pieces or large ones. At most 4 MiB are read, since a few bytes may stand for many.
#include "yonder/base/compressed.h"
#include "yonder/base/error.h"
#include "yonder/base/file.h"

#include <algorithm>
#include <cstdint>
#include <fstream>
#include <string>
#include <vector>

namespace {

constexpr size_t kMost = size_t{4} << 20;

// The first kMost bytes; `error` gets the sentence of the failure, empty if there is none.
std::string read_in_pieces(const std::filesystem::path& path, size_t piece, std::string& error) {
  std::string text;
  try {
    yonder::ByteReader reader(path);
    std::vector<char> buffer(piece);
    while (text.size() < kMost) {
      const size_t n = reader.read({buffer.data(), std::min(piece, kMost - text.size())});
      if (n == 0) {
        break;
      }
      text.append(buffer.data(), n);
    }
  } catch (const yonder::Error& failure) {
    YONDER_CHECK(failure.kind == yonder::ErrorKind::bad_data);
    error = failure.what();
  }
  return text;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const yonder::TemporaryFolder folder;
  const std::filesystem::path path = folder.path() / "input";
  // Not write_file(): its fsync would take most of the time.
  std::ofstream(path, std::ios::binary)
      .write(reinterpret_cast<const char*>(data), static_cast<std::streamsize>(size));
  std::string small_error;
  std::string large_error;
  const std::string small = read_in_pieces(path, 1009, small_error);
  const std::string large = read_in_pieces(path, size_t{64} << 10, large_error);
  YONDER_CHECK(small_error.empty() == large_error.empty());
  // The piece in which damage is met is not given out, so after an error the texts may differ.
  YONDER_CHECK(!large_error.empty() || small == large);
  return 0;
}
