// SPDX-License-Identifier: Apache-2.0
// The sums of trigonometric_kernel.h as their formulas read, in long double with the standard
// library's functions. Linked into tests only.
#pragma once

#include <complex>
#include <span>
#include <vector>

namespace yonder::density::internal {

using LongComplex = std::complex<long double>;

/// A(x) = sum_k b_k e^{i pi k x}.
LongComplex polynomial_reference(std::span<const std::complex<double>> b, double x);

/// ln |A(x)|^2.
long double log_squared_magnitude_reference(std::span<const std::complex<double>> b, double x);

/// sum_j w_j z_j^k v_j, k = 0..count-1, for any values v at the points.
std::vector<LongComplex> moments_reference(std::span<const double> x, std::span<const double> w,
                                           std::span<const LongComplex> v, size_t count);

}  // namespace yonder::density::internal
