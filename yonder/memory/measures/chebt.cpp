// SPDX-License-Identifier: Apache-2.0
// ChebT, the last w in Chebyshev polynomials, u ~ sum c_n T_n(s): the tau method (Lanczos). The
// window is carried along by c' = (2/w) dc/ds, for a polynomial of degree N whose coefficient N is
// not kept, because it follows from the newest value: c_N = u - sum_(n<N) c_n. With D the matrix of
// d/ds and d = T_N' in Chebyshev coefficients,
//   x' = (2/w) ((D - d 1^T) x + d u),   D_nk = 2k / (1 + [n = 0]) for k > n, k - n odd, else 0.
// HiPPO's own ChebT divides by a weight that is infinite at both ends, so that its reconstruction
// is too; here u(T) is met exactly, and all poles decay (Csordas, Charalambides, Waleffe 2005).
// Test: system_test.cpp.
#include "yonder/memory/measures/table.h"

#include <algorithm>
#include <cmath>

namespace yonder::memory {
namespace {

double derivative(int64_t n, int64_t k) {
  if (k <= n || (k - n) % 2 == 0) {
    return 0;
  }
  return static_cast<double>(n == 0 ? k : 2 * k);
}

}  // namespace

System chebt_system(const Measure& measure, int64_t order) {
  System result = zero_system(order, false);
  const double scale = 2 / measure.width;
  for (int64_t n = 0; n < order; ++n) {
    const double edge = derivative(n, order);
    for (int64_t k = 0; k < order; ++k) {
      result.a.at(n, k) = scale * (derivative(n, k) - edge);
    }
    result.b[static_cast<size_t>(n)] = scale * edge;
  }
  return result;
}

void chebyshev_basis(const Measure&, double age, double length, std::span<double> values) {
  const double s = std::clamp(1 - 2 * age / length, -1.0, 1.0);
  double before = s;
  double current = 1;
  for (double& value : values) {
    value = current;
    const double next = 2 * s * current - before;
    before = current;
    current = next;
  }
}

}  // namespace yonder::memory
