// SPDX-License-Identifier: Apache-2.0
// The byte n-gram model that cuts the training text, laid out for lookups at every byte.
//
// It stores log c of each kept n-gram, because
//   log p(x_j | x_1..x_{j-1}) = log c(x_1..x_j) - log c(x_1..x_{j-1})
// is a difference of two values that one walk over lengths 1..N from a start byte meets anyway.
// Lengths 1 and 2 are plain arrays; longer ones share a hash table whose buckets are cache lines of
// four entries, half full where memory allows: a search touches one line, whether it finds its key
// or not. An n-gram that was dropped has no kept extension, so a walk ends at the first miss.
//
// Source: kexue.fm 9752, docs/math/tokenizer.md (BNLM training). Test: tagging_test.cpp.
#pragma once

#include "yonder/tokenizer/bnlm/ngram_key.h"
#include "yonder/tokenizer/bnlm/zeroed_array.h"

#include <cmath>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

namespace yonder::tokenizer {

class NgramModel {
 public:
  /// order 1..7; long_ngrams: how many n-grams of 3 bytes and more will be added; total: c_0.
  /// Takes max_bytes if it must be, least_memory() at least, and twice that where it may: an
  /// emptier table is faster.
  NgramModel(int order, uint64_t long_ngrams, uint64_t total, uint64_t max_bytes = UINT64_MAX);

  /// Adds kept n-grams (keys as ngram_key()), each once, in any order.
  void add(std::span<const NgramCount> ngrams);

  /// Bytes that a model with so many n-grams of 3 bytes and more needs.
  static uint64_t least_memory(uint64_t long_ngrams);
  /// Bytes that this one takes.
  uint64_t memory() const;

  int order() const { return order_; }
  /// log c_0.
  double log_total() const { return log_total_; }
  /// log c of a kept n-gram, -infinity of any other.
  double log_count_of(uint64_t key) const {
    if (ngram_length(key) <= 2) {
      return (ngram_length(key) == 1 ? one_ : two_)[key >> 3];
    }
    return find(key, bucket(key));
  }
  /// The arrays themselves: by byte, and by first byte * 256 + second.
  const double* one() const { return one_.data(); }
  const double* two() const { return two_.data(); }
  /// The bucket where the search for a key of 3 bytes and more begins.
  uint64_t bucket(uint64_t key) const { return slot_of(hash_ngram(key), buckets_); }
  void prefetch(uint64_t bucket) const { __builtin_prefetch(table_.data() + bucket); }
  /// log c of a key of 3 bytes and more, from its bucket on; -infinity if it was not kept.
  double find(uint64_t key, uint64_t bucket) const {
    for (const Bucket* b = table_.data() + bucket;; ++b) {
      // Four compares without branches: which entry matches cannot be predicted.
      const unsigned match = (b->key[0] == key ? 1U : 0U) + (b->key[1] == key ? 2U : 0U) +
                             (b->key[2] == key ? 3U : 0U) + (b->key[3] == key ? 4U : 0U);
      if (match != 0) {
        return b->log_count[match - 1];
      }
      if (b->key[3] == 0) {
        return -std::numeric_limits<double>::infinity();
      }
    }
  }

 private:
  /// A cache line; filled from the front, and full before the next one takes keys of its own.
  struct alignas(64) Bucket {
    uint64_t key[4];
    double log_count[4];
  };
  static constexpr uint64_t kOverhang = 256;  // buckets beyond the last, so that no search wraps

  double log_of(uint64_t count) const;
  int order_;
  double log_total_;
  uint64_t buckets_;
  std::vector<double> one_;
  std::vector<double> two_;
  std::vector<double> small_logs_;  // of 0..kSmallCounts-1
  ZeroedArray<Bucket> table_;
};

}  // namespace yonder::tokenizer
