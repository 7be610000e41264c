// SPDX-License-Identifier: Apache-2.0
// Any bytes as a record file: an Error(bad_data), or sections that lie within the input. Few
// mutations keep a CRC right, so the input is tried once as it is and once with the checksums of
// header and table made right, which lets the checks behind them be reached.
#include "yonder/base/crc32.h"
#include "yonder/base/error.h"
#include "yonder/base/record_file.h"

#include <cstdint>
#include <string>

namespace {

using yonder::Error;
using yonder::ErrorKind;
using yonder::RecordFile;

void put32(std::string& bytes, size_t at, uint32_t value) {
  for (size_t k = 0; k < 4; ++k) {
    bytes[at + k] = static_cast<char>(value >> (8 * k) & 0xFF);
  }
}

uint64_t get64(std::string_view bytes, size_t at) {
  uint64_t value = 0;
  for (size_t k = 0; k < 8; ++k) {
    value |= static_cast<uint64_t>(static_cast<unsigned char>(bytes[at + k])) << (8 * k);
  }
  return value;
}

template <typename Body>
void allow_bad_data(const Body& body) {
  try {
    body();
  } catch (const Error& error) {
    YONDER_CHECK(error.kind == ErrorKind::bad_data);
  }
}

void read_all(std::string_view bytes) {
  allow_bad_data([&] {
    const RecordFile file(bytes, "input", "DEMO", 1);
    YONDER_CHECK(file.version() == 1);
    for (const char* name : {"head", "counts", ""}) {
      allow_bad_data([&] { yonder::crc32(file.section_unchecked(name)); });
      allow_bad_data([&] { YONDER_CHECK(file.section(name).size() <= bytes.size()); });
    }
    file.verify();
  });
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  std::string bytes(reinterpret_cast<const char*>(data), size);
  read_all(bytes);
  if (bytes.size() >= 64) {
    bytes.replace(0, 8, "YNDRDEMO");
    const uint64_t table = get64(bytes, 16);
    if (table <= bytes.size()) {
      put32(bytes, 32, yonder::crc32(std::string_view(bytes).substr(table)));
    }
    put32(bytes, 60, yonder::crc32(std::string_view(bytes).substr(0, 60)));
    read_all(bytes);
  }
  return 0;
}
