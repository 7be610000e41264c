// SPDX-License-Identifier: Apache-2.0
// Adding sorted n-gram counts from many places, and the counts of all orders from the sum.
//
// merge_ngrams() is a k-way merge: equal keys are added, so the result does not depend on how the
// counting was divided among threads, runs and files. PrefixCounts turns the merged windows of
// order N into the counts of all n-grams of 1..N bytes in the same pass: n-grams of j bytes are the
// groups of windows that share their first j bytes, and those lie together. A window shorter than j
// (at the end of a chunk) belongs to no group of order j; it sorts before the group that its zero
// padding resembles. Rare n-grams are dropped only here, where counts are complete. Source:
// docs/math/tokenizer.md (BNLM training). Reference: bnlm_reference.h; test: count_merge_test.cpp.
#pragma once

#include "yonder/tokenizer/bnlm/ngram_key.h"
#include "yonder/tokenizer/bnlm/spill_run.h"

#include <array>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <span>
#include <vector>

namespace yonder::tokenizer {

/// Items in strictly ascending order of key, a block at a time.
class NgramSource {
 public:
  virtual ~NgramSource() = default;
  /// The next items, valid until the next call; empty at the end.
  virtual std::span<const NgramCount> next() = 0;
};

/// Items that lie sorted in memory, which must outlive the source.
std::unique_ptr<NgramSource> memory_source(std::span<const NgramCount> sorted);
/// The items of a run.
std::unique_ptr<NgramSource> run_source(const std::filesystem::path& path);

/// Hands the sum of all sources to `sink` in ascending order, in blocks. Cost: items *
/// log(sources).
void merge_ngrams(const std::vector<std::unique_ptr<NgramSource>>& sources,
                  const std::function<void(std::span<const NgramCount>)>& sink);

/// Kept n-grams from merged windows.
class PrefixCounts {
 public:
  /// Takes an n-gram (key as ngram_key()) of 1..order bytes with its count; for each length the
  /// keys come in ascending order.
  using Sink = std::function<void(NgramCount)>;

  /// N-grams of 2 bytes and more are handed over if they occur at least min_count times, single
  /// bytes always.
  PrefixCounts(int order, uint64_t min_count, Sink sink);

  /// Windows in ascending order over all calls.
  void add(std::span<const NgramCount> windows);
  /// Ends the last groups, and hands over all single bytes, those that never occurred with count 1.
  void finish();
  /// c_0: bytes of text, and 1 for each byte that never occurred.
  uint64_t total() const { return total_; }
  /// N-grams handed over, of all lengths.
  uint64_t kept() const { return kept_; }
  /// The same of one length 1..order.
  uint64_t kept(int length) const { return kept_by_length_[static_cast<size_t>(length)]; }

 private:
  void end_group(int length);
  void keep(NgramCount ngram);
  int order_;
  uint64_t min_count_;
  Sink sink_;
  std::array<NgramCount, kMaxOrder + 1> group_{};  // of each length; count 0 = none yet
  std::array<uint64_t, kMaxOrder + 1> kept_by_length_{};
  std::array<uint64_t, 256> single_{};  // counts of single bytes, handed over by finish()
  uint64_t total_ = 0;
  uint64_t kept_ = 0;
};

}  // namespace yonder::tokenizer
