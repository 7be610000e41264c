// SPDX-License-Identifier: Apache-2.0
// Counting the pieces that tagging cuts: byte strings of any length, whole lines among them.
//
// An open-addressing table whose entries hold pieces of up to 16 bytes themselves; longer ones lie
// in an arena. When entries and arena reach the limit, the pieces are sorted and handed to the
// owner, who writes a run (spill_run.h); merge_pieces() adds runs and tables again. Test:
// piece_counts_test.cpp.
#pragma once

#include "yonder/tokenizer/bnlm/spill_run.h"
#include "yonder/tokenizer/bnlm/zeroed_array.h"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace yonder::tokenizer {

/// Pieces in strictly ascending order of their bytes.
class PieceSource {
 public:
  virtual ~PieceSource() = default;
  /// The next piece, whose bytes stay valid until the next call; false at the end.
  virtual bool next(std::string_view& piece, uint64_t& count) = 0;
};

/// The pieces of a run.
std::unique_ptr<PieceSource> piece_run_source(const std::filesystem::path& path);

using PieceSink = std::function<void(std::string_view piece, uint64_t count)>;

/// Hands the sum of all sources to `sink` in ascending order of bytes.
void merge_pieces(const std::vector<std::unique_ptr<PieceSource>>& sources, const PieceSink& sink);

class PieceCounter {
 public:
  /// Called with a source over all pieces when the counter is full.
  using Spill = std::function<void(PieceSource& sorted)>;

  /// max_bytes: what table and arena may take, growing included.
  PieceCounter(size_t max_bytes, Spill spill);

  /// Counts the pieces of `text` that begin at `starts` (ascending); each ends where the next
  /// begins, the last at the end. 16 bytes after the end of `text` must be readable.
  void add(std::string_view text, std::span<const uint32_t> starts);
  size_t distinct() const { return used_; }
  /// Bytes that table and arena take at present.
  size_t memory() const { return table_.size() * sizeof(Entry) + arena_bytes_; }
  /// Hands everything to the spill function and is empty afterwards.
  void drain();
  /// Sorts in place and returns a source over the pieces; afterwards only sources may be asked for.
  std::unique_ptr<PieceSource> sorted();

 private:
  struct Entry {
    uint64_t high = 0;   // first 8 bytes big-endian, zero padded
    uint64_t low = 0;    // next 8 bytes likewise; of pieces above 16 bytes: their address
    uint64_t count = 0;  // 0 = empty
    uint32_t length = 0;
    uint32_t tag = 0;  // of the hash

    std::string_view bytes(char* buffer) const;
  };
  static bool less(const Entry& a, const Entry& b);
  class Source;

  Entry make_entry(const char* text, size_t length) const;
  bool same(const Entry& entry, const Entry& piece) const;
  void insert(std::span<Entry> pieces);
  void make_room(size_t entries, size_t long_bytes);
  const char* store(std::string_view bytes);
  void clear();

  size_t max_bytes_;
  Spill spill_;
  ZeroedArray<Entry> table_;
  size_t used_ = 0;
  bool sorted_ = false;
  std::vector<std::unique_ptr<char[]>> arena_;
  size_t arena_left_ = 0;
  size_t arena_bytes_ = 0;
};

}  // namespace yonder::tokenizer
