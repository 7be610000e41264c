// SPDX-License-Identifier: Apache-2.0
// Temporary sorted files of the trainer ("runs") and the two ways items are packed in them.
//
// A run is a sequence of blocks: u32 payload bytes, u32 items, u32 CRC-32 of the payload, payload;
// little-endian. Each block can be read without the ones before it. Runs are written once and read
// once in order, through a small buffer: mapping them would count against --memory. They are not
// record files, because nobody but the run that wrote them (or its --resume) reads them.
//
// Items of n-gram blocks: varint (key - key before, the first against 0), varint count.
// Items of piece blocks: varint bytes shared with the piece before, varint further bytes, those
// bytes, varint count. Varints are LEB128. The blocks of .ync files are n-gram blocks too
// (docs/formats/ngram_counts.md). Test: spill_run_test.cpp.
#pragma once

#include "yonder/tokenizer/bnlm/ngram_key.h"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace yonder::tokenizer {

inline constexpr size_t kBlockHeaderBytes = 12;
/// Blocks are closed at this many payload bytes (a single long piece may go beyond).
inline constexpr size_t kBlockBytes = size_t{16} << 10;
inline constexpr size_t kBlockItems = 2048;
/// Readers refuse blocks beyond this before they allocate.
inline constexpr size_t kMaxBlockBytes = size_t{1} << 20;

struct BlockHeader {
  uint32_t payload_bytes = 0;
  uint32_t items = 0;
  uint32_t crc = 0;
};

/// Appends a block (header and payload) to `out`.
void append_block(std::string& out, std::string_view payload, uint32_t items);
/// Reads a header from 12 bytes.
BlockHeader read_block_header(std::string_view bytes);

void append_varint(std::string& out, uint64_t value);
/// Moves `position` past a varint of `bytes`; false if it is cut off or exceeds 64 bits.
bool read_varint(std::string_view bytes, size_t& position, uint64_t& value);

/// Appends items, whose keys ascend strictly, as a payload.
void encode_ngrams(std::span<const NgramCount> items, std::string& payload);
/// Replaces `out` by the items; false unless there are exactly `items`, keys ascend strictly and
/// counts are >= 1.
bool decode_ngrams(std::string_view payload, uint32_t items, std::vector<NgramCount>& out);

class RunWriter {
 public:
  explicit RunWriter(std::filesystem::path path);
  ~RunWriter();
  RunWriter(const RunWriter&) = delete;
  RunWriter& operator=(const RunWriter&) = delete;

  /// Keys ascend strictly over all calls.
  void add(std::span<const NgramCount> items);
  /// Pieces in ascending order of their bytes.
  void add(std::string_view piece, uint64_t count);
  /// Flushes, fsyncs and closes. Without it the destructor removes the file. Returns its size.
  uint64_t finish();

 private:
  void end_block();
  void write_out();
  std::filesystem::path path_;
  int descriptor_ = -1;
  uint64_t size_ = 0;
  std::string payload_;
  uint32_t items_ = 0;
  uint64_t last_key_ = 0;
  std::string last_piece_;
  std::string buffer_;  // whole blocks not yet written
};

/// Throws Error(bad_data) with the offset for a damaged run, Error(file) from the system.
class RunReader {
 public:
  explicit RunReader(std::filesystem::path path);
  ~RunReader();
  RunReader(const RunReader&) = delete;
  RunReader& operator=(const RunReader&) = delete;

  /// The next block; false at the end of the file.
  bool next(std::string& payload, uint32_t& items);
  /// The next block's n-grams; false at the end.
  bool next(std::vector<NgramCount>& items);
  [[noreturn]] void damaged() const;

 private:
  size_t read(char* out, size_t size);
  std::filesystem::path path_;
  int descriptor_ = -1;
  uint64_t offset_ = 0;
  std::string payload_;
};

}  // namespace yonder::tokenizer
