// SPDX-License-Identifier: Apache-2.0
#include "yonder/tokenizer/bnlm/ngram_model.h"

#include "yonder/base/error.h"
#include "yonder/tokenizer/vocabulary.h"

#include <algorithm>

namespace yonder::tokenizer {
namespace {

constexpr uint64_t kSmallCounts = 1024;
constexpr double kMinusInfinity = -std::numeric_limits<double>::infinity();

constexpr uint64_t kArrayBytes = (65536 + 256) * sizeof(double);

/// Buckets that are 85 % full, the most that overflow chains stay short with.
constexpr uint64_t least_buckets(uint64_t ngrams) { return ngrams / 17 * 5 + 64; }

}  // namespace

NgramModel::NgramModel(int order, uint64_t long_ngrams, uint64_t total, uint64_t max_bytes)
    : order_(order),
      log_total_(log_count(total)),
      buckets_(
          std::clamp(max_bytes / sizeof(Bucket), least_buckets(long_ngrams), long_ngrams / 2 + 64)),
      one_(256, kMinusInfinity),
      two_(65536, kMinusInfinity),
      small_logs_(kSmallCounts),
      table_(buckets_ + kOverhang) {
  for (uint64_t count = 1; count < kSmallCounts; ++count) {
    small_logs_[count] = log_count(count);
  }
}

uint64_t NgramModel::least_memory(uint64_t long_ngrams) {
  return (least_buckets(long_ngrams) + kOverhang) * sizeof(Bucket) + kArrayBytes;
}

uint64_t NgramModel::memory() const { return table_.size() * sizeof(Bucket) + kArrayBytes; }

double NgramModel::log_of(uint64_t count) const {
  return count < kSmallCounts ? small_logs_[count] : log_count(count);
}

void NgramModel::add(std::span<const NgramCount> ngrams) {
  for (const NgramCount& ngram : ngrams) {
    const int length = ngram_length(ngram.key);
    const double log_c = log_of(ngram.count);
    if (length == 1) {
      one_[ngram.key >> 3] = log_c;
    } else if (length == 2) {
      two_[ngram.key >> 3] = log_c;
    } else {
      uint64_t place = bucket(ngram.key);
      while (table_[place].key[3] != 0) {
        ++place;
      }
      // The last bucket must not fill up, or a search would not end.
      YONDER_CHECK(place + 1 < table_.size());
      Bucket& bucket = table_[place];
      size_t entry = 0;
      while (bucket.key[entry] != 0) {
        ++entry;
      }
      bucket.key[entry] = ngram.key;
      bucket.log_count[entry] = log_c;
    }
  }
}

}  // namespace yonder::tokenizer
