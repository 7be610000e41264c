// SPDX-License-Identifier: Apache-2.0
// Any bytes as a safetensors file: an Error(bad_data), or tensors that lie in it, cover its data
// once, and come back from the file that is written of them.
#include "yonder/base/error.h"
#include "yonder/base/safetensors.h"

#include <cstdint>
#include <string>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view file(reinterpret_cast<const char*>(data), size);
  try {
    const yonder::SafetensorsHeader header = yonder::parse_safetensors_header(file, "input");
    uint64_t covered = 0;
    for (const yonder::TensorEntry& entry : header.entries) {
      YONDER_CHECK(entry.begin <= entry.end && header.data_begin + entry.end <= size);
      YONDER_CHECK(static_cast<uint64_t>(entry.elements()) *
                       yonder::safetensors_item_size(entry.dtype) ==
                   entry.end - entry.begin);
      covered += entry.end - entry.begin;
    }
    YONDER_CHECK(header.data_begin + covered == size);
  } catch (const yonder::Error& error) {
    YONDER_CHECK(error.kind == yonder::ErrorKind::bad_data);
  }
  return 0;
}
