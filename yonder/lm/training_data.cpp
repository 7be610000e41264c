// SPDX-License-Identifier: Apache-2.0
#include "yonder/lm/training_data.h"

#include "yonder/base/error.h"
#include "yonder/base/random.h"

#include <algorithm>
#include <utility>

namespace yonder::lm {
namespace {

/// One stream per sequence: a step has fewer than 2^24 of them.
Rng rng_of(uint64_t seed, uint64_t step, uint64_t index) { return Rng(seed, (step << 24) + index); }

}  // namespace

TextSequences::TextSequences(std::vector<uint32_t> ids, int64_t context, double repeat_part,
                             uint64_t seed)
    : ids_(std::move(ids)), repeat_part_(repeat_part), seed_(seed) {
  require(size() > context, ErrorKind::bad_data,
          "the text has {} tokens; training at --context {} needs more than that", ids_.size(),
          context);
}

void TextSequences::sequence(uint64_t step, uint64_t index, std::span<uint32_t> ids,
                             std::span<uint8_t> counts) const {
  Rng rng = rng_of(seed_, step, index);
  std::fill(counts.begin(), counts.end(), uint8_t{1});
  const auto length = static_cast<int64_t>(ids.size());
  const bool repeats = rng.uniform() < repeat_part_;
  const auto start = static_cast<int64_t>(rng.below(static_cast<uint64_t>(size() - length + 1)));
  std::copy_n(ids_.begin() + start, length, ids.begin());
  if (!repeats) {
    return;
  }
  // Half of the repeats are of shuffled text, in which nothing but copying helps: with whole text
  // alone a small model lives on its n-grams and forms no copying heads for long.
  if (rng.uniform() < 0.5) {
    for (uint32_t& id : ids) {
      id = ids_[rng.below(static_cast<uint64_t>(size()))];
    }
  }
  // A passage of an eighth to a half of the sequence, said again: at once and until the end, or
  // once after a pause.
  const int64_t shortest = std::max<int64_t>(length / 8, 1);
  const int64_t passage =
      shortest + static_cast<int64_t>(rng.below(static_cast<uint64_t>(length / 2 - shortest + 1)));
  if (rng.uniform() < 0.5) {
    for (int64_t i = passage; i < length; ++i) {
      ids[static_cast<size_t>(i)] = ids[static_cast<size_t>(i - passage)];
    }
    return;
  }
  const auto slack = static_cast<uint64_t>(length - 2 * passage + 1);
  const auto from = static_cast<int64_t>(rng.below(slack));
  const auto to =
      from + passage + static_cast<int64_t>(rng.below(slack - static_cast<uint64_t>(from)));
  std::copy_n(ids.begin() + from, passage, ids.begin() + to);
}

void TextSequences::tiled(uint64_t step, uint64_t index, int64_t passage, std::span<uint32_t> ids,
                          std::span<uint8_t> counts) const {
  Rng rng = rng_of(seed_, step, index);
  const auto start = static_cast<size_t>(rng.below(static_cast<uint64_t>(size() - passage + 1)));
  const auto period = static_cast<size_t>(passage);
  for (size_t i = 0; i < ids.size(); ++i) {
    ids[i] = ids_[start + i % period];
    counts[i] = i > period ? 1 : 0;  // where the repeat begins cannot be known
  }
}

void TaskSequences::sequence(uint64_t step, uint64_t index, std::span<uint32_t> ids,
                             std::span<uint8_t> counts) const {
  Rng rng = rng_of(seed_, step, index);
  int64_t length = task_.longest(static_cast<int64_t>(ids.size()));
  if (!longest_only_) {
    length = 1 + static_cast<int64_t>(rng.below(static_cast<uint64_t>(length)));
  }
  const TaskExample example = task_.draw(rng, length);
  std::fill(ids.begin(), ids.end(), 0U);
  std::fill(counts.begin(), counts.end(), uint8_t{0});
  std::copy(example.ids.begin(), example.ids.end(), ids.begin());
  const auto end = counts.begin() + std::ssize(example.ids);
  std::fill(end - example.answer, end, uint8_t{1});
}

}  // namespace yonder::lm
