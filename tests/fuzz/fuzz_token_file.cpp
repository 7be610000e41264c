// SPDX-License-Identifier: Apache-2.0
// Any bytes as an id file: an Error(bad_data), or ids below the vocabulary's size and documents
// within the ids. Few mutations keep a CRC right, so the input is tried once as it is and once with
// all checksums made right, which lets the checks behind them be reached.
#include "yonder/base/crc32.h"
#include "yonder/base/error.h"
#include "yonder/tokenizer/token_file.h"

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>

namespace {

using yonder::crc32;
using yonder::Error;
using yonder::ErrorKind;
using yonder::tokenizer::kIdsPerBlock;
using yonder::tokenizer::TokenFile;

constexpr uint64_t kMostIds = 4096;  // looked at one by one

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
    const TokenFile file(bytes, "input");
    YONDER_CHECK(file.size() <= bytes.size() && file.documents() <= bytes.size());
    const uint64_t some = std::min(file.size(), kMostIds);
    for (const uint64_t first : {uint64_t{0}, file.size() - some}) {
      allow_bad_data([&] {
        for (const uint32_t id : file.read(first, some)) {
          YONDER_CHECK(id < file.vocab_size());
        }
      });
    }
    for (uint64_t i = 0; i < std::min(file.documents(), kMostIds); ++i) {
      allow_bad_data([&] {
        const auto [first, last] = file.document(i);
        YONDER_CHECK(first <= last && last <= file.size());
      });
    }
    allow_bad_data([&] { file.read(file.size(), 1); });
    file.verify();
  });
}

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

// Makes right: the blocks' CRCs (taken for ids of 2 bytes), the sections', the table's, the
// header's.
void make_checksums_right(std::string& bytes) {
  if (bytes.size() < 64) {
    return;
  }
  bytes.replace(0, 8, "YNDRYIDS");
  const uint64_t table = get64(bytes, 16);
  if (table <= bytes.size()) {
    const std::string_view whole = bytes;
    const auto row_of = [&](std::string_view name) {
      for (size_t row = table; row + 40 <= bytes.size(); row += 40) {
        if (whole.substr(row, name.size()) == name) {
          return row;
        }
      }
      return bytes.size();
    };
    const auto section = [&](size_t row) -> std::string_view {
      if (row == bytes.size()) {
        return {};
      }
      const uint64_t offset = get64(bytes, row + 16);
      const uint64_t size = get64(bytes, row + 24);
      return offset <= table && size <= table - offset ? whole.substr(offset, size)
                                                       : std::string_view();
    };
    const std::string_view ids = section(row_of("ids"));
    const std::string_view blocks = section(row_of("blocks"));
    const auto blocks_at = static_cast<size_t>(blocks.data() - whole.data());
    for (size_t block = 0; 4 * block + 4 <= blocks.size() && block * 2 * kIdsPerBlock < ids.size();
         ++block) {
      put32(bytes, blocks_at + 4 * block,
            crc32(ids.substr(block * 2 * kIdsPerBlock, 2 * kIdsPerBlock)));
    }
    for (size_t row = table; row + 40 <= bytes.size(); row += 40) {
      put32(bytes, row + 32, crc32(section(row)));
    }
    put32(bytes, 32, crc32(whole.substr(table)));
  }
  put32(bytes, 60, crc32(std::string_view(bytes).substr(0, 60)));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  std::string bytes(reinterpret_cast<const char*>(data), size);
  read_all(bytes);
  make_checksums_right(bytes);
  read_all(bytes);
  return 0;
}
