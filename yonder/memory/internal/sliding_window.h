// SPDX-License-Identifier: Apache-2.0
// The last w of a stream, exactly up to one block (measure window): a queue of blocks that are
// merged when the window is read.
//
// Blocks enter at the new end and leave whole at the old end, as soon as the window begins behind
// them; so what is remembered is never shorter than w (once that much has been seen) and at most
// one block longer. Every aligned group of 2^l blocks is merged once, when it is complete, by the
// constant matrix of equal halves; a reading merges the at most 2 log2 K groups that tile the
// window. A queue of two stacks, the usual way, needs a merge at a ratio of its own per block,
// which costs five to ten times as much as the block itself; the groups cost N^2 / m per sample as
// in exact_legs.h and twice the memory. Source: docs/math/memory.md. Test: sliding_window_test.cpp.
#pragma once

#include "yonder/memory/internal/block_builder.h"
#include "yonder/memory/internal/engine.h"

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

namespace yonder::memory::internal {

template <typename Scalar>
class SlidingWindow final : public Engine<Scalar> {
 public:
  SlidingWindow(const StreamOptions& options, int64_t channels);

  void push(const Cells<Scalar>& cells) override;
  Summary::Parts state() const override;
  void save(std::string& bytes) const override;
  void load(std::string_view bytes, std::string_view name) override;
  void merge(const Engine<Scalar>& newer) override;

 private:
  // The groups of 2^l blocks that lie in the window, oldest first; group i has the blocks i 2^l to
  // (i + 1) 2^l - 1 of the stream.
  struct Level {
    uint64_t first = 0;  // number of the oldest group
    std::deque<Stretch<Scalar>> groups;
  };
  void add(double begin, Stretch<Scalar> block);
  void add_group(size_t level, uint64_t number, Stretch<Scalar> group);
  void drop_before(double time);
  uint64_t blocks_seen() const { return levels_[0].first + levels_[0].groups.size(); }
  double block_begin() const;  // of the block that is being filled
  double end() const;

  int64_t order_;
  int64_t channels_;
  double width_;
  BlockBuilder<Scalar> builder_;
  Merger<Scalar> merger_;
  std::vector<Level> levels_;  // levels_[0]: the blocks
  std::deque<double> begins_;  // of the blocks, time
  bool started_ = false;
  double origin_ = 0;      // of the cells counted
  uint64_t cells_ = 0;     // in blocks since then
  double last_edge_ = 0;   // irregular cells
  double next_begin_ = 0;  // the same, of the block that is being filled
};

/// Cells of a block of regular cells where the options leave it open: a 64th of the window, at
/// least 16 and at most what legs takes.
int64_t default_window_block(int64_t order, double width, double step);

extern template class SlidingWindow<float>;
extern template class SlidingWindow<double>;

}  // namespace yonder::memory::internal
