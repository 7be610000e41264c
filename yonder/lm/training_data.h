// SPDX-License-Identifier: Apache-2.0
// Training sequences: windows of one long run of token ids, some with an internal repeat, without
// which small models form no copying heads; or examples of a synthetic task. What sequence (step,
// index) holds depends on the seed and these two numbers alone. Source of the repeats:
// docs/guide/train-lm.md. Test: training_data_test.cpp.
#pragma once

#include "yonder/lm/tasks/task.h"

#include <cstdint>
#include <span>
#include <vector>

namespace yonder::lm {

/// Where a trainer takes its sequences from.
class SequenceSource {
 public:
  virtual ~SequenceSource() = default;
  /// Fills `ids`, of which all but the last are inputs and all but the first are targets, and says
  /// in `counts` (as long) which targets count.
  virtual void sequence(uint64_t step, uint64_t index, std::span<uint32_t> ids,
                        std::span<uint8_t> counts) const = 0;
};

class TextSequences : public SequenceSource {
 public:
  /// ids: at least context + 1. repeat_part: fraction of sequences with a repeat. Throws
  /// Error(bad_data) for a text that is too short.
  TextSequences(std::vector<uint32_t> ids, int64_t context, double repeat_part, uint64_t seed);

  void sequence(uint64_t step, uint64_t index, std::span<uint32_t> ids,
                std::span<uint8_t> counts) const override;
  /// A passage of `passage` tokens tiled to fill `ids`; what follows its first time counts.
  void tiled(uint64_t step, uint64_t index, int64_t passage, std::span<uint32_t> ids,
             std::span<uint8_t> counts) const;
  int64_t size() const { return static_cast<int64_t>(ids_.size()); }

 private:
  std::vector<uint32_t> ids_;
  double repeat_part_;
  uint64_t seed_;
};

class TaskSequences : public SequenceSource {
 public:
  /// Strings of 1 .. the longest that fits, or of the longest only; zeros after them. Only answers
  /// count.
  TaskSequences(const Task& task, bool longest_only, uint64_t seed)
      : task_(task), longest_only_(longest_only), seed_(seed) {}
  void sequence(uint64_t step, uint64_t index, std::span<uint32_t> ids,
                std::span<uint8_t> counts) const override;

 private:
  Task task_;
  bool longest_only_;
  uint64_t seed_;
};

}  // namespace yonder::lm
