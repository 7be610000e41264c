// SPDX-License-Identifier: Apache-2.0
// FouS, Fourier modes of all of the past. Complex:
//   t c_n' = sum_k A_nk c_k + u,  A_nk = -n/(n-k) (k != n), i pi n - 1 (k = n).
// Not triangular: the modes left out feed back into the high ones that are kept, by an error that
// grows with n (23 % at n = 5 of 40, erratum 4 of docs/math/memory.md). For comparison only.
// Real form as in fout.cpp; for n, k >= 1, sums over k != n:
//   t a_n' = pi n b_n - 3/2 a_n - sqrt 2 a_0 + sum 2 n^2/(k^2-n^2) a_k + sqrt 2 u
//   t b_n' = -pi n a_n - 1/2 b_n + sum 2 n k/(k^2-n^2) b_k
// Source: kexue.fm 10137. Test: system_test.cpp.
#include "yonder/memory/measures/table.h"

#include <cmath>
#include <numbers>

namespace yonder::memory {

// Modes k and -k together: with c_k = (a_k - i b_k)/sqrt 2,
//   n/(k-n) c_k + n/(-k-n) conj(c_k) = 2 n^2/(k^2-n^2) Re c_k + i 2 n k/(k^2-n^2) Im c_k,
// and mode -n gives -conj(c_n)/2 beside the diagonal's (i pi n - 1) c_n.
System fous_system(const Measure&, int64_t order) {
  System result = zero_system(order, true);
  result.a.at(0, 0) = -1;
  result.b[0] = 1;
  if (order > 1) {
    result.a.at(1, 1) = -1;  // the empty sine of mode 0
  }
  for (int64_t i = 2; i < order; i += 2) {
    const auto n = static_cast<double>(i / 2);
    result.a.at(i, 0) = -std::numbers::sqrt2;
    result.b[static_cast<size_t>(i)] = std::numbers::sqrt2;
    for (int64_t j = 2; j < order; j += 2) {
      const auto k = static_cast<double>(j / 2);
      if (i != j) {
        result.a.at(i, j) = 2 * n * n / (k * k - n * n);
        result.a.at(i + 1, j + 1) = 2 * n * k / (k * k - n * n);
      }
    }
    result.a.at(i, i) = -1.5;
    result.a.at(i, i + 1) = std::numbers::pi * n;
    result.a.at(i + 1, i) = -std::numbers::pi * n;
    result.a.at(i + 1, i + 1) = -0.5;
  }
  return result;
}

}  // namespace yonder::memory
