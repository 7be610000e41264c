// SPDX-License-Identifier: Apache-2.0
// Any bytes as an n-gram count file: an Error(bad_data), or windows that keep the format's
// promises. Few mutations keep a CRC right, so the input is tried as it is, and as the section
// "windows" of a file whose header, table and block checksums are right.
#include "yonder/base/crc32.h"
#include "yonder/base/error.h"
#include "yonder/tokenizer/bnlm/ngram_counts.h"

#include <cstdint>
#include <string>

namespace {

using yonder::Error;
using yonder::ErrorKind;
using yonder::tokenizer::CountFile;
using yonder::tokenizer::NgramCount;

void put(std::string& bytes, size_t at, uint64_t value, size_t size) {
  for (size_t k = 0; k < size; ++k) {
    bytes[at + k] = static_cast<char>(value >> (8 * k) & 0xFF);
  }
}

void read_all(std::string_view bytes) {
  try {
    const CountFile file(bytes, "input");
    const auto source = file.source();
    uint64_t last = 0;
    uint64_t windows = 0;
    uint64_t total = 0;
    for (auto block = source->next(); !block.empty(); block = source->next()) {
      for (const NgramCount& window : block) {
        YONDER_CHECK(window.key > last && window.count > 0);
        last = window.key;
        total += window.count;
        ++windows;
      }
    }
    YONDER_CHECK(windows == file.windows() && total == file.total());
  } catch (const Error& error) {
    YONDER_CHECK(error.kind == ErrorKind::bad_data);
  }
}

/// `blocks` with the CRC of each block made right as far as blocks can be made out.
std::string with_block_crcs(std::string blocks) {
  size_t at = 0;
  while (blocks.size() - at >= 12) {
    uint64_t payload = 0;
    for (size_t k = 0; k < 4; ++k) {
      payload |= static_cast<uint64_t>(static_cast<unsigned char>(blocks[at + k])) << (8 * k);
    }
    if (payload > blocks.size() - at - 12) {
      break;
    }
    put(blocks, at + 8, yonder::crc32(std::string_view(blocks).substr(at + 12, payload)), 4);
    at += 12 + payload;
  }
  return blocks;
}

/// A record file of kind YNGC around the two sections.
std::string count_file(const std::string& windows, const std::string& head) {
  std::string bytes(64, '\0');
  std::string table(80, '\0');
  const auto add = [&](size_t row, const char* name, const std::string& content) {
    table.replace(row, std::string_view(name).size(), name);
    put(table, row + 16, bytes.size(), 8);
    put(table, row + 24, content.size(), 8);
    put(table, row + 32, yonder::crc32(content), 4);
    bytes += content;
    bytes.resize((bytes.size() + 63) / 64 * 64);
  };
  add(0, "windows", windows);
  add(40, "head", head);
  bytes.replace(0, 8, "YNDRYNGC");
  put(bytes, 8, 1, 4);
  put(bytes, 12, 2, 4);
  put(bytes, 16, bytes.size(), 8);
  put(bytes, 24, bytes.size() + table.size(), 8);
  put(bytes, 32, yonder::crc32(table), 4);
  put(bytes, 60, yonder::crc32(std::string_view(bytes).substr(0, 60)), 4);
  return bytes + table;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string bytes(reinterpret_cast<const char*>(data), size);
  read_all(bytes);
  // The first line is the head, the rest the blocks.
  const size_t line = bytes.find('\n');
  if (line != std::string::npos) {
    read_all(count_file(with_block_crcs(bytes.substr(line + 1)), bytes.substr(0, line)));
  }
  return 0;
}
