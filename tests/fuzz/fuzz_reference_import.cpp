// SPDX-License-Identifier: Apache-2.0
// Any bytes as an .npz of the reference code: an Error(bad_data), or models whose density is a
// number. Few mutations keep a CRC right, so the input is tried once as it is and once with those
// of its stored entries made right, which lets the arrays behind them be reached.
#include "yonder/base/crc32.h"
#include "yonder/base/error.h"
#include "yonder/density/reference_import.h"

#include <cmath>
#include <cstdint>
#include <string>
#include <string_view>

namespace {

constexpr size_t kMostBytes = 4096;  // more frequencies than fit take long, rightly

void read_all(std::string_view bytes) {
  try {
    for (const yonder::density::Model& model : yonder::density::import_reference(bytes, "input")) {
      const double y = 0.1;
      double density = 0;
      model.pdf({&y, 1}, {&density, 1});
      YONDER_CHECK(!std::isnan(density));
    }
  } catch (const yonder::Error& error) {
    YONDER_CHECK(error.kind == yonder::ErrorKind::bad_data);
  }
}

uint64_t number(std::string_view bytes, size_t at, size_t size) {
  uint64_t value = 0;
  for (size_t k = 0; k < size; ++k) {
    value |= static_cast<uint64_t>(static_cast<unsigned char>(bytes[at + k])) << (8 * k);
  }
  return value;
}

// In each row of the directory of a stored entry.
void make_checksums_right(std::string& bytes) {
  for (size_t row = bytes.find("PK\x01\x02"); row != std::string::npos && row + 46 <= bytes.size();
       row = bytes.find("PK\x01\x02", row + 4)) {
    const uint64_t size = number(bytes, row + 20, 4);
    const uint64_t local = number(bytes, row + 42, 4);
    if (number(bytes, row + 10, 2) != 0 || local + 30 > bytes.size()) {
      continue;
    }
    const uint64_t begin = local + 30 + number(bytes, local + 26, 2) + number(bytes, local + 28, 2);
    if (begin + size > bytes.size()) {
      continue;
    }
    const uint32_t crc = yonder::crc32(std::string_view(bytes).substr(begin, size));
    for (size_t k = 0; k < 4; ++k) {
      bytes[row + 16 + k] = static_cast<char>(crc >> (8 * k) & 0xFF);
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size > kMostBytes) {
    return 0;
  }
  std::string bytes(reinterpret_cast<const char*>(data), size);
  read_all(bytes);
  make_checksums_right(bytes);
  read_all(bytes);
  return 0;
}
