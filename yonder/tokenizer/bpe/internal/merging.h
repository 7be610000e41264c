// SPDX-License-Identifier: Apache-2.0
// The merging of one word. It is a row of symbols; rank[i] is the rank of the pair (i, i+1). The
// step is always the same: take the smallest rank, the leftmost of equals, put the result in place
// of its two parts, and look up the two pairs that changed. Short words scan the row of ranks for
// the smallest one; long ones keep a heap of (rank, position) and drop entries that have gone
// stale. Test: byte_pair_test.cpp against byte_pair_reference.cpp.
#pragma once

#include "yonder/base/random.h"
#include "yonder/tokenizer/bpe/internal/byte_pair_impl.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace yonder::tokenizer::internal {

/// The number `index` of a stream of Rng(seed, stream), whichever were drawn before.
inline double uniform_at(uint64_t seed, uint64_t stream, uint64_t index) {
  const uint64_t block = index / 2;
  const std::array<uint32_t, 4> words =
      philox4x32({static_cast<uint32_t>(block), static_cast<uint32_t>(block >> 32),
                  static_cast<uint32_t>(stream), static_cast<uint32_t>(stream >> 32)},
                 {static_cast<uint32_t>(seed), static_cast<uint32_t>(seed >> 32)});
  const size_t half = 2 * (index % 2);
  const uint64_t bits = words[half] | uint64_t{words[half + 1]} << 32;
  return static_cast<double>(bits >> 11) * 0x1p-53;
}

/// The memory in which one word at a time is merged.
class Merging {
 public:
  explicit Merging(const BytePairModel::Impl& model) : model_(model) {}

  /// The symbols of `word`, which is not empty, merged; valid until the next call.
  std::span<const uint32_t> merge(std::string_view word) {
    start(word);
    if (symbols_.size() <= kShort && !model_.has_unused) {
      merge_short();
    } else {
      merge_long([] { return size_t{0}; });
    }
    return symbols_;
  }

  /// The same with dropout. The words of a document draw different numbers, for a word of n bytes
  /// has at most n steps.
  std::span<const uint32_t> merge(std::string_view word, const BytePairDropout& dropout,
                                  uint64_t document, uint64_t position) {
    start(word);
    if (dropout.probability < 1) {
      merge_long([&] {
        // How many of the best merges are left out: k or more with probability p^k.
        const double draw = uniform_at(dropout.seed, document, position++);
        size_t left_out = 0;
        for (double bound = dropout.probability; draw < bound && left_out < symbols_.size();
             bound *= dropout.probability) {
          ++left_out;
        }
        return left_out;
      });
    }
    return symbols_;
  }

  /// Calls use(part) for the symbols an UNUSED piece was last made of, down to those in use.
  template <typename Use>
  void take_apart(uint32_t symbol, Use&& use) {
    stack_.assign(1, symbol);
    while (!stack_.empty()) {
      const uint32_t top = stack_.back();
      stack_.pop_back();
      const auto split = model_.is_unused(top) ? splits_.find(top) : splits_.end();
      if (split == splits_.end()) {
        use(top);
      } else {
        stack_.push_back(split->second.second);
        stack_.push_back(split->second.first);
      }
    }
  }

 private:
  static constexpr size_t kShort = 64;

  void start(std::string_view word) {
    symbols_.clear();
    splits_.clear();
    if (model_.options.unit == BytePairUnit::byte) {
      for (const char byte : word) {
        symbols_.push_back(model_.byte_symbols[static_cast<unsigned char>(byte)]);
      }
      return;
    }
    for (size_t i = 0; i < word.size();) {
      const Utf8Unit unit = utf8_at(word, i);
      symbols_.push_back(unit.code_point < 0
                             ? model_.stray_symbols[static_cast<unsigned char>(word[i])]
                             : model_.characters.find(unit.code_point));
      i += unit.length;
    }
  }

  /// Scans for the smallest rank and closes the gap after each merge.
  void merge_short() {
    size_t count = symbols_.size();
    std::array<uint32_t, kShort> ranks;
    std::array<uint32_t, kShort> results;
    uint32_t* const symbols = symbols_.data();
    const auto look_up = [&](size_t i) {
      const Merge merge = model_.pairs.find(symbols[i], symbols[i + 1]);
      ranks[i] = merge.rank;
      results[i] = merge.result;
    };
    for (size_t i = 0; i + 1 < count; ++i) {
      look_up(i);
    }
    ranks[count - 1] = kNoRank;
    results[count - 1] = 0;
    while (count > 1) {
      uint32_t best = kNoRank;
      size_t at = 0;
      for (size_t i = 0; i + 1 < count; ++i) {
        if (ranks[i] < best) {
          best = ranks[i];
          at = i;
        }
      }
      if (best == kNoRank) {
        break;
      }
      symbols[at] = results[at];
      --count;
      for (size_t i = at + 1; i < count; ++i) {
        symbols[i] = symbols[i + 1];
        ranks[i] = ranks[i + 1];
        results[i] = results[i + 1];
      }
      if (at > 0) {
        look_up(at - 1);
      }
      if (at + 1 < count) {
        look_up(at);
      }
    }
    symbols_.resize(count);
  }

  /// Keeps a heap of merges. Before each merge left_out() says how many of the best are passed
  /// over.
  template <typename LeftOut>
  void merge_long(LeftOut&& left_out) {
    const size_t count = symbols_.size();
    ranks_.assign(count, kNoRank);
    results_.resize(count);
    next_.resize(count);
    before_.resize(count);
    heap_.clear();
    for (size_t i = 0; i < count; ++i) {
      next_[i] = static_cast<uint32_t>(i + 1);
      before_[i] = static_cast<uint32_t>(i - 1);
      if (i + 1 < count && look_up(i)) {
        heap_.push_back(entry(i));
      }
    }
    std::make_heap(heap_.begin(), heap_.end(), std::greater<>());
    std::optional<uint64_t> best;
    while (true) {
      passed_over_.clear();
      for (size_t k = left_out(); (best = pop()).has_value() && k > 0; --k) {
        passed_over_.push_back(*best);
      }
      if (!best.has_value()) {
        break;
      }
      for (const uint64_t one : passed_over_) {
        push(one);
      }
      const auto at = static_cast<uint32_t>(*best);
      const uint32_t gone = next_[at];
      symbols_[at] = results_[at];
      ranks_[gone] = kNoRank;
      ranks_[at] = kNoRank;
      next_[at] = next_[gone];
      if (next_[at] < count) {
        before_[next_[at]] = at;
      }
      if (at > 0 && look_up(before_[at])) {
        push(entry(before_[at]));
      }
      if (next_[at] < count && look_up(at)) {
        push(entry(at));
      }
    }
    size_t kept = 0;
    for (size_t i = 0; i < count; i = next_[i]) {
      symbols_[kept++] = symbols_[i];
    }
    symbols_.resize(kept);
  }

  uint64_t entry(size_t i) const { return uint64_t{ranks_[i]} << 32 | i; }
  void push(uint64_t one) {
    heap_.push_back(one);
    std::push_heap(heap_.begin(), heap_.end(), std::greater<>());
  }
  /// The best merge that is still possible.
  std::optional<uint64_t> pop() {
    while (!heap_.empty()) {
      std::pop_heap(heap_.begin(), heap_.end(), std::greater<>());
      const uint64_t one = heap_.back();
      heap_.pop_back();
      // An equal entry is an older one of this place, whose score the new pair happens to share.
      const bool stale = ranks_[static_cast<uint32_t>(one)] != one >> 32;
      if (!stale && (heap_.empty() || heap_.front() != one)) {
        return one;
      }
    }
    return std::nullopt;
  }
  bool look_up(size_t i) {
    const Merge merge = model_.pairs.find(symbols_[i], symbols_[next_[i]]);
    ranks_[i] = merge.rank;
    results_[i] = merge.result;
    if (merge.rank != kNoRank && model_.is_unused(merge.result)) {
      splits_[merge.result] = {symbols_[i], symbols_[next_[i]]};
    }
    return merge.rank != kNoRank;
  }

  const BytePairModel::Impl& model_;
  std::vector<uint32_t> symbols_;
  std::vector<uint32_t> ranks_, results_, next_, before_;
  std::vector<uint64_t> heap_, passed_over_;
  // What an unused piece was last seen to be made of, as in SentencePiece.
  std::unordered_map<uint32_t, std::pair<uint32_t, uint32_t>> splits_;
  std::vector<uint32_t> stack_;
};

}  // namespace yonder::tokenizer::internal
