// SPDX-License-Identifier: Apache-2.0
// The whole history, exactly (measure legs): blocks are projected and merged, never stepped.
//
// Full blocks go up a binary counter: two stretches of the same level become one of the next, by
// the constant matrix of equal halves. So after K blocks there are at most log2 K + 1 stretches, a
// sample costs N multiplications and N^2 / m more for its share of the merges, and rounding errors
// grow with log K, not with K. What a merge of streams brings along lies in one more stretch at the
// front, older than all levels. Reading collapses everything from the newest to the oldest.
// Source: docs/math/memory.md. Test: exact_legs_test.cpp.
#pragma once

#include "yonder/memory/internal/block_builder.h"
#include "yonder/memory/internal/engine.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace yonder::memory::internal {

template <typename Scalar>
class ExactLegs final : public Engine<Scalar> {
 public:
  ExactLegs(const StreamOptions& options, int64_t channels);

  void push(const Cells<Scalar>& cells) override;
  Summary::Parts state() const override;
  void save(std::string& bytes) const override;
  void load(std::string_view bytes, std::string_view name) override;
  void merge(const Engine<Scalar>& newer) override;

 private:
  static constexpr uint32_t kFrontLevel = 64;  // of the stretch that earlier streams left
  struct Entry {
    uint32_t level = 0;
    Stretch<Scalar> stretch;
  };
  void add(const typename BlockBuilder<Scalar>::Block& block);
  Stretch<double> collapse() const;
  double end() const;

  int64_t order_;
  int64_t channels_;
  BlockBuilder<Scalar> builder_;
  Merger<Scalar> merger_;
  std::vector<Entry> entries_;  // oldest first, levels falling
  std::vector<Entry> spare_;    // storage for the next blocks
  bool started_ = false;
  double begin_ = 0;          // of everything
  double segment_begin_ = 0;  // of what the levels hold: regular cells are counted from here
  uint64_t segment_cells_ = 0;
  double last_edge_ = 0;  // irregular cells
};

/// Cells of a block where the options leave it open: 4 N, which makes merges cheap beside the
/// blocks, but not below 256 nor above 4096.
int64_t default_block(int64_t order);

extern template class ExactLegs<float>;
extern template class ExactLegs<double>;

}  // namespace yonder::memory::internal
