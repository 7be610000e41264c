// SPDX-License-Identifier: Apache-2.0
// LegT, translated Legendre: the last w. With r_n = sqrt(2n+1),
//   x' = A x + B u,  A_nk = -(1/w) r_n r_k {1 if k < n; (-1)^(n-k) if k >= n},  B_n = r_n / w.
// u(T - w), which the memory cannot know, is replaced by the memory's own value there; the delay
// that results is the [N-1/N] Pade approximant of exp(-ws). In lmu normalisation this is the matrix
// of Voelker et al. 2019 (LMU). Source: kexue.fm 10114 (with erratum 2 of docs/math/memory.md).
// Test: system_test.cpp (vector V3).
#include "yonder/memory/measures/table.h"

#include <cmath>

namespace yonder::memory {

System legt_system(const Measure& measure, int64_t order) {
  System result = zero_system(order, false);
  const double w = measure.width;
  for (int64_t n = 0; n < order; ++n) {
    const double r = std::sqrt(static_cast<double>(2 * n + 1));
    for (int64_t k = 0; k < order; ++k) {
      const double sign = k >= n && (k - n) % 2 == 1 ? -1 : 1;
      result.a.at(n, k) = -sign * r * std::sqrt(static_cast<double>(2 * k + 1)) / w;
    }
    result.b[static_cast<size_t>(n)] = r / w;
  }
  return result;
}

}  // namespace yonder::memory
