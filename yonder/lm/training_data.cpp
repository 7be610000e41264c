// SPDX-License-Identifier: Apache-2.0
#include "yonder/lm/training_data.h"

#include "yonder/base/error.h"
#include "yonder/base/random.h"

#include <algorithm>
#include <utility>

namespace yonder::lm {
namespace {

/// One stream per sequence: steps are far fewer than 2^40 / batch.
uint64_t stream_of(uint64_t step, uint64_t index) { return (step << 24) + index; }

}  // namespace

TrainingData::TrainingData(std::vector<uint32_t> ids, int64_t context, double repeat_part,
                           uint64_t seed)
    : ids_(std::move(ids)), context_(context), repeat_part_(repeat_part), seed_(seed) {
  require(size() > context_, ErrorKind::bad_data,
          "the text has {} tokens; training at --context {} needs more than that", ids_.size(),
          context_);
}

void TrainingData::sequence(uint64_t step, uint64_t index, std::span<uint32_t> out) const {
  Rng rng(seed_, stream_of(step, index));
  const auto length = static_cast<int64_t>(out.size());
  const bool repeats = rng.uniform() < repeat_part_;
  const auto start = static_cast<int64_t>(rng.below(static_cast<uint64_t>(size() - length + 1)));
  std::copy_n(ids_.begin() + start, length, out.begin());
  if (!repeats) {
    return;
  }
  // Half of the repeats are of shuffled text, in which nothing but copying helps: with whole text
  // alone a small model lives on its n-grams and forms no copying heads for long.
  if (rng.uniform() < 0.5) {
    for (uint32_t& id : out) {
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
      out[static_cast<size_t>(i)] = out[static_cast<size_t>(i - passage)];
    }
    return;
  }
  const auto slack = static_cast<uint64_t>(length - 2 * passage + 1);
  const auto from = static_cast<int64_t>(rng.below(slack));
  const auto to =
      from + passage + static_cast<int64_t>(rng.below(slack - static_cast<uint64_t>(from)));
  std::copy_n(out.begin() + from, passage, out.begin() + to);
}

void TrainingData::tiled(uint64_t step, uint64_t index, int64_t passage,
                         std::span<uint32_t> out) const {
  Rng rng(seed_, stream_of(step, index));
  const auto start = static_cast<int64_t>(rng.below(static_cast<uint64_t>(size() - passage + 1)));
  for (size_t i = 0; i < out.size(); ++i) {
    out[i] = ids_[static_cast<size_t>(start) + i % static_cast<size_t>(passage)];
  }
}

}  // namespace yonder::lm
