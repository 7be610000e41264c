// SPDX-License-Identifier: Apache-2.0
// What attention_kernel.cpp needs to know about a position scheme, worked out once per call: which
// keys form tiles, which queries form blocks under one table of angles, the factor of each query,
// the bias of each distance, and the angles themselves. Plain loops in float64; the kernel does
// what is done once per pair. Test: attention_plan_test.cpp.
#pragma once

#include "yonder/lm/internal/attention_kernel.h"
#include "yonder/lm/position/scheme.h"

#include <cstddef>
#include <cstdint>
#include <new>
#include <span>
#include <vector>

namespace yonder::lm::internal {

/// Rows and keys of the greatest tile; the pitch of all transposed tiles.
constexpr int64_t kTile = 64;
/// Blocks of fewer queries are not worth a tile.
constexpr int64_t kFewQueries = 3;
/// Queries with angles of their own that are taken together: their tables fit the second cache.
constexpr int64_t kRowsOfTheirOwn = 8;

/// Puts vectors' memory where cache lines begin: a vector across two of them takes twice the time.
template <typename T>
struct CacheLineAllocator {
  using value_type = T;  // NOLINT(readability-identifier-naming): what containers ask for
  static constexpr std::align_val_t kLine{64};
  T* allocate(size_t n) { return static_cast<T*>(::operator new(n * sizeof(T), kLine)); }
  void deallocate(T* memory, size_t) { ::operator delete(memory, kLine); }
  bool operator==(const CacheLineAllocator&) const = default;
};
using AlignedFloats = std::vector<float, CacheLineAllocator<float>>;

/// Keys of one tile: one after another in memory and in the text, never across a multiple of the
/// tile size in the text.
struct KeyTile {
  int64_t row = 0;
  int64_t position = 0;
  int64_t count = 0;
};

/// Queries of one tile that turn by one theta table, or a few that each turn by their own.
struct QueryBlock {
  int64_t first = 0;     ///< row of q
  int64_t position = 0;  ///< in the text
  int64_t count = 0;
  double stretch = 1;  ///< s of its queries, under a dynamic scheme
  /// Empty where keys turned once serve all blocks (AttentionPlan::theta); else [d/2] for all its
  /// queries, or [count][d/2].
  std::vector<double> theta = {};

  bool by_rows(size_t pairs) const { return theta.size() > pairs; }
  /// The table of query `row` of the block; theta is not empty.
  std::span<const double> theta_of(int64_t row, size_t pairs) const {
    const size_t at = by_rows(pairs) ? static_cast<size_t>(row) * pairs : 0;
    return std::span(theta).subspan(at, pairs);
  }
};

/// The angles of one coordinate map: what position p turns channel pair c by, as a complex number
/// exp(i P(p) theta_c), times zeta_c^(sign (p - origin) / scale) under XPOS. Split into
/// base(p0) * table[offset(p0, u)], p = p0 + u.
class Turns {
 public:
  Turns() = default;
  Turns(const Turns&) = delete;  // a twin points here
  Turns& operator=(const Turns&) = delete;

  /// sign: +1 for queries, -1 for keys. shift: subtracted from the coordinate. twin: built from the
  /// same theta and outliving this one; its table is taken where it is equal.
  void build(std::span<const double> theta, const AxisMap& map, const Decay& decay, int sign,
             double shift, const Turns* twin);
  /// True where every position turns by nothing.
  bool identity() const { return identity_; }
  /// False where all positions turn alike: the base says all.
  bool has_table() const { return has_table_; }
  /// base(position), complex, [d/2] each. By sine and cosine.
  void base(int64_t position, int64_t origin, double* re, double* im) const;
  /// Makes base(to) from base(from).
  void advance(int64_t from, int64_t to, int64_t origin, double* re, double* im) const;
  /// The table by offset, [64][d/2] each.
  const float* rows_re() const { return rows_re_; }
  const float* rows_im() const { return rows_im_; }
  /// Offset of position + u, u = 0..63. Tiles of the same phase have the same; of phase 0 it is u.
  int64_t offset(int64_t position, int64_t u) const;
  int64_t phase(int64_t position) const;

 private:
  double coordinate(int64_t position) const { return map_(position) - shift_; }

  AxisMap map_;
  double shift_ = 0;
  double step_ = 0;  ///< coordinate units of one offset
  bool identity_ = true;
  bool has_table_ = false;
  std::vector<double> theta_, log_decay_;  ///< [d/2]; of one position, empty: none
  int64_t jump_ = 0;  ///< offsets from a tile to the next, where they are not one more
  std::vector<double> step_re_, step_im_, jump_re_, jump_im_;  ///< [d/2]: turns of 1 and of jump_
  std::vector<float> own_rows_;                                ///< [2][64][d/2]
  const float* rows_re_ = nullptr;
  const float* rows_im_ = nullptr;
};

/// Both branches under one theta table.
struct BlockTurns {
  Turns near_q, near_k, far_q, far_k;
  void build(std::span<const double> theta, const PositionScheme& scheme);
};

class AttentionPlan {
 public:
  AttentionPlan(const AttentionProblem& problem, const PositionScheme& scheme);

  /// True where some query at first..last (in the text) sees some key of the tile.
  bool visible(const KeyTile& tile, int64_t first, int64_t last) const;
  /// True where some of these pairs is near, or far. The tile is visible.
  bool any_near(const KeyTile& tile, int64_t first) const;
  bool any_far(const KeyTile& tile, int64_t last) const;

  /// Makes one block, by rows, of neighbours of a few queries under tables of their own. For the
  /// kernel, whose tiles take such blocks; as built, every block has one table.
  void join_small_blocks();

  int64_t split, window, sinks;  ///< at most 2^60
  bool has_far;
  std::vector<KeyTile> tiles;
  std::vector<QueryBlock> blocks;
  std::vector<float> scale;  ///< [Tq]: c lambda_i log2 e
  /// beta_h(m) log2 e of head h at bias[h * bias_pitch + bias_zero - m]; empty: none.
  std::vector<float> bias;
  int64_t bias_pitch = 0;
  int64_t bias_zero = 0;
  /// [d/2]: keys turned once by this table serve all blocks without a theta of their own.
  std::vector<double> theta;
};

}  // namespace yonder::lm::internal
