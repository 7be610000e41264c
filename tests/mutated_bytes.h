// SPDX-License-Identifier: Apache-2.0
// For tests of readers: files with one to four bytes changed, cut off or put in, and what must then
// hold of a safetensors header.
#pragma once

#include "yonder/base/error.h"
#include "yonder/base/random.h"
#include "yonder/base/safetensors.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

namespace yonder {

/// `bytes` with small damage among its first `reach`; half of the new bytes are characters of JSON.
inline std::string mutated(std::string bytes, size_t reach, Rng& rng) {
  constexpr std::string_view kJson = "{}[]\",:0123456789-e. \\";
  for (uint64_t n = 1 + rng.below(4); n > 0 && !bytes.empty(); --n) {
    const size_t at = rng.below(std::min(reach, bytes.size()));
    const char byte =
        rng.below(2) == 0 ? kJson[rng.below(kJson.size())] : static_cast<char>(rng.below(256));
    switch (rng.below(4)) {
      case 0:
        bytes.erase(at, 1 + rng.below(3));
        break;
      case 1:
        bytes.insert(at, 1, byte);
        break;
      default:
        bytes[at] = byte;
    }
  }
  return bytes;
}

/// Each of `count` damaged files is refused with Error(bad_data), or all its tensors lie in it.
inline void check_mutated_safetensors(int count) {
  const std::string header =
      R"({"__metadata__":{"format":"pt"},"a":{"dtype":"F32","shape":[2,3],"data_offsets":[0,24]},)"
      R"("b":{"dtype":"BF16","shape":[5],"data_offsets":[24,34]},)"
      R"("c":{"dtype":"U8","shape":[],"data_offsets":[34,35]}}  )";
  const uint64_t length = header.size();
  const std::string file =
      std::string(reinterpret_cast<const char*>(&length), 8) + header + std::string(35, '\1');
  Rng rng(13);
  int accepted = 0;
  for (int i = 0; i < count; ++i) {
    const std::string damaged = mutated(file, 8 + header.size(), rng);
    // On the heap in exactly its size, for the address sanitizer.
    const std::vector<char> bytes(damaged.begin(), damaged.end());
    const std::string_view view(bytes.data(), bytes.size());
    try {
      const SafetensorsHeader read = parse_safetensors_header(view, "f");
      uint64_t sum = 0;
      for (const TensorEntry& entry : read.entries) {
        ASSERT_LE(read.data_begin + entry.end, bytes.size());
        for (const char byte :
             view.substr(read.data_begin + entry.begin, entry.end - entry.begin)) {
          sum += static_cast<unsigned char>(byte);
        }
      }
      EXPECT_LE(sum, 255 * bytes.size());
      ++accepted;
    } catch (const Error& error) {
      ASSERT_EQ(error.kind, ErrorKind::bad_data) << error.what();
    }
  }
  EXPECT_GT(accepted, 0);
  EXPECT_LT(accepted, count / 2);
}

}  // namespace yonder
