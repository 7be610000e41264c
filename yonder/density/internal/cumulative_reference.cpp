// SPDX-License-Identifier: Apache-2.0
#include "yonder/density/internal/cumulative_reference.h"

#include <cmath>
#include <numbers>

namespace yonder::density::internal {

long double cumulative_reference(std::span<const std::complex<double>> c, double x) {
  using Complex = std::complex<long double>;
  const long double pi = std::numbers::pi_v<long double>;
  long double sum = (static_cast<long double>(x) + 1) / 2;
  for (size_t n = 1; n < c.size(); ++n) {
    const long double w = pi * static_cast<long double>(n);
    const Complex turned = std::polar(1.0L, w * static_cast<long double>(x));
    const Complex coefficient(c[n].real(), c[n].imag());
    const long double sign = n % 2 == 0 ? 1 : -1;
    sum += (coefficient * (turned - sign) / Complex(0, w)).real();
  }
  return sum;
}

}  // namespace yonder::density::internal
