// SPDX-License-Identifier: Apache-2.0
// Merging: the coefficients of the union of two adjacent intervals out of those of the parts.
//
// With rho = T1 / (T1 + T2), c = M1(rho) c1 + M2(rho) c2, where M1[n][k] is the share of p_k of the
// older part in p_n of the whole. Both are lower triangular, so the first N coefficients of the
// union need only the first N of the parts: nothing is lost by merging, whatever was lost before.
// The matrices come from the three-term recurrence of p_n(scale s + offset), whose argument stays
// within [-1, 1], where it is stable. Norm <= 1 in hippo normalisation: errors do not grow.
// Use for: summaries of shards, threads, late data. Not for legt, fout: their states are no exact
// projections. Source: docs/math/memory.md. Test: merge_test.cpp (test vector V2).
#pragma once

#include "yonder/memory/system.h"

#include <cstdint>
#include <span>

namespace yonder::memory {

/// H[n][k] of p_n(scale s + offset) = sum_k H[n][k] p_k(s), p_n = sqrt(2n+1) P_n; [N, N], lower
/// triangular. Accurate where [offset - scale, offset + scale] lies within [-1, 1].
Matrix affine_legendre(int64_t order, double scale, double offset);

struct MergeMatrices {
  Matrix older;  ///< M1 [N, N]
  Matrix newer;  ///< M2 [N, N]
};
/// Lengths > 0, in any unit. order >= 1.
MergeMatrices merge_matrices(int64_t order, double older_length, double newer_length,
                             Normalization norm = Normalization::hippo);

/// merged = M1 older + M2 newer for every channel, without storing the matrices; all three [C][N],
/// hippo normalisation. Two equal constants give that constant exactly. merged may be one of the
/// others. Cost: N^2 / 2 steps of the recurrence per side, then N^2 per channel; for equal lengths
/// N^2 / 2 per channel by a constant matrix.
void merge_coefficients(int64_t order, double older_length, double newer_length,
                        std::span<const double> older, std::span<const double> newer,
                        std::span<double> merged);

}  // namespace yonder::memory
