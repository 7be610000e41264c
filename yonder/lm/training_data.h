// SPDX-License-Identifier: Apache-2.0
// Training sequences: windows of one long run of token ids, some with an internal repeat, without
// which small models form no copying heads. What sequence (step, index) holds depends on the seed
// and these two numbers alone. Source of the repeats: lm.md, 10 (pilot 2). Test:
// training_data_test.cpp.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace yonder::lm {

class TrainingData {
 public:
  /// ids: at least context + 1. repeat_part: fraction of sequences with a repeat. Throws
  /// Error(bad_data) for a text that is too short.
  TrainingData(std::vector<uint32_t> ids, int64_t context, double repeat_part, uint64_t seed);

  /// context + 1 tokens: inputs are the first `context`, targets the last.
  void sequence(uint64_t step, uint64_t index, std::span<uint32_t> out) const;
  /// A passage of `passage` tokens tiled to fill `out`.
  void tiled(uint64_t step, uint64_t index, int64_t passage, std::span<uint32_t> out) const;
  int64_t context() const { return context_; }
  int64_t size() const { return static_cast<int64_t>(ids_.size()); }

 private:
  std::vector<uint32_t> ids_;
  int64_t context_;
  double repeat_part_;
  uint64_t seed_;
};

}  // namespace yonder::lm
