// SPDX-License-Identifier: Apache-2.0
#include "yonder/density/internal/trigonometric_kernel_reference.h"

#include <cmath>
#include <numbers>

namespace yonder::density::internal {
namespace {

// e^{i pi k x}, exact at the quarter turns.
LongComplex power(size_t k, double x) {
  const long double turns = std::remainder(static_cast<long double>(k) * x, 2.0L);
  const long double quarter = std::nearbyint(2 * turns);
  const long double angle = std::numbers::pi_v<long double> * (turns - quarter / 2);
  const LongComplex rest(std::cos(angle), std::sin(angle));
  const LongComplex turn[] = {{1, 0}, {0, 1}, {-1, 0}, {0, -1}};
  return rest * turn[static_cast<int>(quarter + 4) % 4];
}

}  // namespace

LongComplex polynomial_reference(std::span<const std::complex<double>> b, double x) {
  LongComplex sum = 0;
  for (size_t k = 0; k < b.size(); ++k) {
    sum += LongComplex(b[k]) * power(k, x);
  }
  return sum;
}

long double log_squared_magnitude_reference(std::span<const std::complex<double>> b, double x) {
  return 2 * std::log(std::abs(polynomial_reference(b, x)));
}

std::vector<LongComplex> moments_reference(std::span<const double> x, std::span<const double> w,
                                           std::span<const LongComplex> v, size_t count) {
  std::vector<LongComplex> sums(count);
  for (size_t k = 0; k < count; ++k) {
    for (size_t j = 0; j < x.size(); ++j) {
      sums[k] += static_cast<long double>(w[j]) * power(k, x[j]) * v[j];
    }
  }
  return sums;
}

}  // namespace yonder::density::internal
