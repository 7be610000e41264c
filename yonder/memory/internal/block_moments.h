// SPDX-License-Identifier: Apache-2.0
// The exact Legendre coefficients of a block of samples: no step rule, no discretisation error.
//
// A block of m cells is projected as a whole: c = Q u, where Q[n][j] is the mean of p_n over cell j
// times the cell's share of the block. Held samples (zoh) are constants on their cells; joined
// samples (linear) run straight from node to node.
//
// RegularMoments: cells of one length. Q is a constant; mirrored cells have mirrored rows, so the
// block is folded first (sums of mirrored samples feed the even n, differences the odd ones), which
// halves the work; what is left is a matrix times columns (packed_matrix.h). Even rows are measured
// from the block's first sample, so that a constant block gives (u, 0, 0, ...) exactly.
// irregular_moments(): any edges, O(N) per sample by the recurrence over all edges at once, in
// double. Summed by parts: jumps between cells times the antiderivative of p_n at the edges.
// Source: docs/math/memory.md. Test: block_moments_test.cpp against quadrature.
#pragma once

#include "yonder/memory/internal/packed_matrix.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

namespace yonder::memory::internal {

enum class Hold : uint8_t { zoh = 0, linear = 1 };

/// Samples that `cells` cells need: one more where they are joined by lines.
inline size_t nodes_of(size_t cells, Hold hold) { return cells + (hold == Hold::linear ? 1 : 0); }

/// Q of m regular cells for n = 0 ... N - 1, rows of even and odd n apart, folded.
template <typename Scalar>
struct FoldedProjection {
  FoldedProjection(int64_t order, int64_t cells, Hold hold);
  PackedMatrix<Scalar> even;
  PackedMatrix<Scalar> odd;
};

/// Not thread-safe: keeps its workspace. The projection is shared by all streams of a process.
template <typename Scalar>
class RegularMoments {
 public:
  RegularMoments(int64_t order, int64_t cells, int64_t channels, Hold hold);

  /// Blocks that are best done in one call.
  size_t batch() const;
  /// `blocks` blocks that follow each other, from `samples` [blocks * m (linear: + 1)][C] on.
  /// coefficients [blocks][C][N]; energy [blocks][C] = integral of u^2, a cell being 1 long.
  void compute(const Scalar* samples, size_t blocks, Scalar* coefficients, double* energy);

 private:
  void multiply(size_t columns, size_t step, size_t stride, Scalar* coefficients);
  size_t order_;
  size_t cells_;
  size_t channels_;
  Hold hold_;
  std::shared_ptr<const FoldedProjection<Scalar>> projection_;  // null until it is needed
  std::vector<Scalar> folded_;                                  // even, then odd
  std::vector<Scalar> outputs_;    // [columns][padded rows], even, then odd
  std::vector<Scalar> reference_;  // what even columns are measured from
};

/// One block of any cells. edges [m + 1], increasing; samples [m or m + 1][C]; coefficients [C][N];
/// energy [C] in the unit of the edges.
void irregular_moments(int64_t order, Hold hold, std::span<const double> edges,
                       std::span<const double> samples, int64_t channels,
                       std::span<double> coefficients, std::span<double> energy);

extern template class RegularMoments<float>;
extern template class RegularMoments<double>;

}  // namespace yonder::memory::internal
