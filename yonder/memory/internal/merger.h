// SPDX-License-Identifier: Apache-2.0
// Merging inside of streams: stretches of equal length, which is nearly all merges there are, go
// through one constant matrix.
//
// With rho = 1/2 the two sides mirror each other, M2[n][k] = (-1)^(n+k) M1[n][k]. So the sums and
// differences of the coefficients are formed first, and each element of M1 is used once: N^2 / 2
// multiplications for both sides. The packed matrix is made once per order and shared by all
// streams of a process. Test: merger_test.cpp against merge_matrices().
#pragma once

#include "yonder/memory/internal/packed_matrix.h"

#include <cstdint>
#include <memory>
#include <vector>

namespace yonder::memory::internal {

/// M1(1/2), rows of even and of odd n apart.
template <typename Scalar>
struct HalfMerge {
  explicit HalfMerge(int64_t order);
  PackedMatrix<Scalar> even;
  PackedMatrix<Scalar> odd;
};

/// Not thread-safe: keeps its workspace.
template <typename Scalar>
class Merger {
 public:
  explicit Merger(int64_t order);

  /// merged = what merge_coefficients() says; all [C][N]. merged may be older or newer.
  void merge(double older_length, const Scalar* older, double newer_length, const Scalar* newer,
             int64_t channels, Scalar* merged);

  /// The same for stretches of equal length.
  void merge_halves(const Scalar* older, const Scalar* newer, int64_t channels, Scalar* merged);

 private:
  size_t order_;
  std::shared_ptr<const HalfMerge<Scalar>> half_;  // null until it is needed
  std::vector<Scalar> inputs_;   // [2][C][N]: what even and odd rows are multiplied with
  std::vector<Scalar> outputs_;  // [2][C][padded rows]
  std::vector<double> wide_;     // older and newer as doubles
};

extern template class Merger<float>;
extern template class Merger<double>;

}  // namespace yonder::memory::internal
