// SPDX-License-Identifier: Apache-2.0
// R(b) = int_{-1}^{1} p'(x)^2 dx = pi^2 sum_{n=1}^{N} n^2 |c_n / c_0|^2 of the normalised density,
// with gradient and second derivative by FFT in O(N log N). The post and the paper penalise the
// unnormalised |A|^2 instead, whose penalty vanishes as b shrinks (docs/math/density.md).
// Test: roughness_test.cpp.
#pragma once

#include "yonder/density/internal/circle_grid.h"

namespace yonder::density::internal {

class Roughness {
 public:
  /// For coefficients b_0..b_order.
  explicit Roughness(size_t order) : grid_(2 * order + 1) {}
  /// R, and its gradient 2 dR/db* in the real sense. Keeps what product() needs.
  double evaluate(const Coefficients& b, Coefficients& gradient);
  /// The second derivative at the last b of evaluate(), times a direction.
  Coefficients product(const Coefficients& direction);

 private:
  // sum over |n| <= N of n^2 c_n z^n on the grid, from the real function sum c_n z^n there; `c`
  // receives the c_n.
  Coefficients weigh(const Coefficients& function, Coefficients& c);

  CircleGrid grid_;
  Coefficients b_, a_, c_, h_, ha_;  // b; A, h on the grid; c_n; coefficients of hA
  double s_ = 0, q_ = 0;
};

}  // namespace yonder::density::internal
