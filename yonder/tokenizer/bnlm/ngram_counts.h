// SPDX-License-Identifier: Apache-2.0
// Counting the byte n-grams of a corpus: the map step of training.
//
// Only windows are counted: for each byte position of a chunk, the next N bytes, fewer at the end
// of the chunk. The counts of all shorter n-grams are sums over windows with the same beginning
// (count_merge.h), so one table lookup per byte does the work of N + 1, and nothing is lost.
// A counter is an open-addressing table of 16-byte entries; keys are made and their entries
// prefetched in groups, so that cache misses overlap. When the table is full its entries are sorted
// in place and handed to the owner, who writes a run (spill_run.h).
//
//   WindowCounter counter(6, size_t{256} << 20, [&](std::span<const NgramCount> sorted) { ... });
//   counter.add(batch);
//   counter.drain();                       // hands over what is left
//
// Count files (.ync) hold the sorted windows of a corpus, mergeable: docs/formats/ngram_counts.md.
// Source: kexue.fm 9752, docs/math/tokenizer.md (BNLM training). Reference: bnlm_reference.h;
// test: ngram_counts_test.cpp.
#pragma once

#include "yonder/base/record_file.h"
#include "yonder/tokenizer/bnlm/count_merge.h"
#include "yonder/tokenizer/bnlm/ngram_key.h"
#include "yonder/tokenizer/bnlm/training_chunks.h"
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

class WindowCounter {
 public:
  /// Takes the windows in ascending order of key; called when the table is full.
  using Spill = std::function<void(std::span<const NgramCount> sorted)>;

  /// order 1..7; max_bytes: what the table may take, growing included.
  WindowCounter(int order, size_t max_bytes, Spill spill);

  void add(const ChunkBatch& batch);
  /// Distinct windows at present.
  size_t distinct() const { return used_; }
  /// Hands the sorted windows to the spill function and is empty afterwards.
  void drain();
  /// Sorts the windows in place and returns them; afterwards only clear() may be called.
  std::span<const NgramCount> sorted();
  void clear();

 private:
  static constexpr size_t kGroup = 128;  // keys whose cache misses overlap
  void insert(const uint64_t* keys, size_t n);
  void make_room(size_t n);
  void grow(size_t capacity);
  void add_one(uint64_t key, uint64_t count);
  int order_;
  size_t max_entries_;
  Spill spill_;
  ZeroedArray<NgramCount> table_;
  size_t used_ = 0;
};

/// Sorts by key, in place: radix exchange on bytes, high ones first. Keys are below 2^key_bits.
void sort_ngrams(std::span<NgramCount> items, int key_bits);

/// What must agree for counts to be added.
struct CountSettings {
  int order = 6;
  bool isolate_digits = false;
  bool nfc = false;
  bool operator==(const CountSettings&) const = default;
};

/// Writes a .ync file from windows in ascending order.
class CountFileWriter {
 public:
  CountFileWriter(const std::filesystem::path& path, const CountSettings& settings);
  void add(std::span<const NgramCount> windows);
  void commit();

 private:
  void end_block();
  RecordWriter file_;
  CountSettings settings_;
  std::vector<NgramCount> pending_;
  std::string payload_;
  std::string block_;
  uint64_t windows_ = 0;
  uint64_t total_ = 0;
};

/// A .ync file. Everything in it is checked before use: Error(bad_data) with the block's offset.
class CountFile {
 public:
  explicit CountFile(const std::filesystem::path& path);
  /// Over bytes in memory, which must outlive the object.
  CountFile(std::string_view bytes, const std::string& name);

  const CountSettings& settings() const { return settings_; }
  /// Distinct windows.
  uint64_t windows() const { return windows_; }
  /// Windows with repetition = bytes of text counted.
  uint64_t total() const { return total_; }
  /// The windows in order; the file must outlive the source. At its end the source checks the
  /// number of windows and their total.
  std::unique_ptr<NgramSource> source() const;

 private:
  void parse();
  RecordFile file_;
  bool mapped_;
  CountSettings settings_;
  uint64_t windows_ = 0;
  uint64_t total_ = 0;
};

}  // namespace yonder::tokenizer
