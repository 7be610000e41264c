// SPDX-License-Identifier: Apache-2.0
// A large sample in bounded memory: the circle is cut into equal cells, and the weight in each is
// replaced by the Gauss quadrature of at most two points with the same moments 0 to 3. Points stay
// inside their cell, weights positive; one or two distinct values in a cell are kept exactly. A
// mean of a smooth function g over the sample then changes by at most
//   width^4 / 4320 * max |g''''|,
// which for the likelihood of order N and cells of width 2 / (r N) falls as r^-4.
// Useful for the approach of a fit to large data, and for streams. Derivation:
// docs/math/density.md, "Cells". Test: cells_test.cpp.
#pragma once

#include "yonder/density/internal/likelihood.h"

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace yonder::density::internal {

class Cells {
 public:
  explicit Cells(size_t count);
  /// x: [n] in [-1, 1]; w: [n] >= 0.
  void add(std::span<const double> x, std::span<const double> w);
  /// What the other one (of equal count) was given.
  void add(const Cells& other);
  /// The sample of the quadratures, weights scaled to sum 1. At least one weight must be positive.
  Sample sample(bool even) const;
  double total_weight() const;

 private:
  // Sums of w, w u, w u^2, w u^3 with u in [-1, 1] across the cell.
  struct Moments {
    double sum[4] = {0, 0, 0, 0};
  };
  std::vector<Moments> cells_;
};

/// The same of a whole sample, over threads; equal for any number of them.
Sample gather_in_cells(const Sample& sample, size_t count, int threads);

}  // namespace yonder::density::internal
