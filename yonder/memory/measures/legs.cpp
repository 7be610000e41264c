// SPDX-License-Identifier: Apache-2.0
// LegS, scaled Legendre: all of the past with one weight. With r_n = sqrt(2n+1),
//   t x' = A x + B u,  A_nk = -r_n r_k (k < n), -(n+1) (k = n), 0 (k > n),  B_n = r_n.
// Lower triangular, hence exact for every N: no coefficient needs a higher one.
// Source: Gu et al. 2020, appendix D.3; kexue.fm 10114. Test: system_test.cpp.
#include "yonder/memory/measures/table.h"

#include <cmath>

namespace yonder::memory {

System legs_system(const Measure&, int64_t order) {
  System result = zero_system(order, true);
  for (int64_t n = 0; n < order; ++n) {
    const double r = std::sqrt(static_cast<double>(2 * n + 1));
    for (int64_t k = 0; k < n; ++k) {
      result.a.at(n, k) = -r * std::sqrt(static_cast<double>(2 * k + 1));
    }
    result.a.at(n, n) = -static_cast<double>(n + 1);
    result.b[static_cast<size_t>(n)] = r;
  }
  return result;
}

// r_n P_n(s) at s = 1 - 2 age / length, by the three-term recurrence.
void legendre_basis(const Measure&, double age, double length, std::span<double> values) {
  const double s = 1 - 2 * age / length;
  double before = 0;
  double current = 1;
  for (size_t n = 0; n < values.size(); ++n) {
    const auto index = static_cast<double>(n);
    values[n] = std::sqrt(2 * index + 1) * current;
    const double next = ((2 * index + 1) * s * current - index * before) / (index + 1);
    before = current;
    current = next;
  }
}

}  // namespace yonder::memory
