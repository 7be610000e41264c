// SPDX-License-Identifier: Apache-2.0
// L(b) as its formula reads, over any scalar type: with complex numbers of step 1e-30 its imaginary
// part is the derivative without cancellation (complex step). Linked into tests only. Also the
// samples that tests share.
#pragma once

#include "yonder/density/internal/likelihood.h"

#include <cmath>
#include <complex>
#include <numbers>
#include <vector>

namespace yonder::density::internal {

/// b_k = u_k + i v_k, where u and v are Scalars.
template <typename Scalar>
Scalar likelihood_reference(const Sample& sample, const std::vector<Scalar>& u,
                            const std::vector<Scalar>& v, double gamma) {
  constexpr double kPi = std::numbers::pi;
  const size_t terms = u.size();
  Scalar s = 0, sum = 0;
  for (size_t k = 0; k < terms; ++k) {
    s += u[k] * u[k] + v[k] * v[k];
  }
  const auto add_point = [&](double x, double w) {
    Scalar re = 0, im = 0;
    for (size_t k = 0; k < terms; ++k) {
      const double c = std::cos(kPi * static_cast<double>(k) * x);
      const double d = std::sin(kPi * static_cast<double>(k) * x);
      re += u[k] * c - v[k] * d;
      im += u[k] * d + v[k] * c;
    }
    sum += w * std::log(re * re + im * im);
  };
  for (size_t j = 0; j < sample.x.size(); ++j) {
    add_point(sample.x[j], sample.even ? sample.w[j] / 2 : sample.w[j]);
    if (sample.even) {
      add_point(-sample.x[j], sample.w[j] / 2);
    }
  }
  Scalar roughness = 0;
  for (size_t n = 1; n < terms; ++n) {
    Scalar re = 0, im = 0;  // c_n = sum conj(b_k) b_(k+n)
    for (size_t k = 0; k + n < terms; ++k) {
      re += u[k] * u[k + n] + v[k] * v[k + n];
      im += u[k] * v[k + n] - v[k] * u[k + n];
    }
    roughness += kPi * kPi * static_cast<double>(n * n) * (re * re + im * im) / (s * s);
  }
  return std::log(2.0 * s) - sum + gamma * roughness;
}

/// The gradient of likelihood_reference() by complex steps: dL/du_k + i dL/dv_k.
Coefficients gradient_reference(const Sample& sample, const Coefficients& b, double gamma);

/// n values of the five-peaked target T5 or the 25-peaked T25 of the specification, equal weights.
Sample peaks(int count, size_t n, uint64_t seed);

Coefficients random_start(int64_t order, uint64_t seed);

}  // namespace yonder::density::internal
