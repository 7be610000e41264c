// SPDX-License-Identifier: Apache-2.0
// FouT, Fourier modes of the last w. Complex, modes -M..M of exp(2 pi i n s) on [0, 1]:
//   c_n' = (2 pi i n c_n - 2 sum_k c_k + 2 u) / w.
// The coupling is twice that of kexue.fm 10114: a Fourier series ends at the middle of the jump
// between u(T) and u(T - w), so the value that leaves is 2 sum c - u(T), not sum c (erratum 1 of
// docs/math/memory.md, with what the post's matrix does instead). Real form of size 2 M + 2, pairs
// (a_0, 0), (a_n, b_n) of 1, 0, sqrt 2 cos, sqrt 2 sin: with q = (1, 0, sqrt 2, 0, sqrt 2, 0, ...),
//   a_n' = 2 pi n b_n / w + 2 q_n (u - q . x) / w,  b_n' = -2 pi n a_n / w.
// Test: system_test.cpp (vector V6, erratum 1).
#include "yonder/memory/measures/table.h"

#include <cmath>
#include <numbers>

namespace yonder::memory {
namespace {

double weight(int64_t row) { return row % 2 == 1 ? 0 : row == 0 ? 1 : std::numbers::sqrt2; }

}  // namespace

System fout_system(const Measure& measure, int64_t order) {
  System result = zero_system(order, false);
  const double w = measure.width;
  for (int64_t n = 0; n < order; ++n) {
    for (int64_t k = 0; k < order; ++k) {
      result.a.at(n, k) = -2 * weight(n) * weight(k) / w;
    }
    result.b[static_cast<size_t>(n)] = 2 * weight(n) / w;
  }
  for (int64_t n = 0; n + 1 < order; n += 2) {
    const double turn = std::numbers::pi * static_cast<double>(n) / w;  // 2 pi (n/2) / w
    result.a.at(n, n + 1) += turn;
    result.a.at(n + 1, n) -= turn;
  }
  return result;
}

// Phases from the start of the interval: s = 1 - age / length.
void fourier_basis(const Measure&, double age, double length, std::span<double> values) {
  const double angle = 2 * std::numbers::pi * (1 - age / length);
  for (size_t n = 0; n + 1 < values.size(); n += 2) {
    const double turn = angle * static_cast<double>(n / 2);
    values[n] = n == 0 ? 1 : std::numbers::sqrt2 * std::cos(turn);
    values[n + 1] = n == 0 ? 0 : std::numbers::sqrt2 * std::sin(turn);
  }
}

}  // namespace yonder::memory
