// SPDX-License-Identifier: Apache-2.0
// The inner loops of density, over A(x) = sum_{k=0..N} b_k z^k with z = e^{i pi x}: |A|^2 and its
// logarithm at many points, and the sums over points that a likelihood, its gradient, its Hessian
// and its certificate need. The cosine sum of the autocorrelation would go negative at double zeros
// (docs/math/density.md), so densities are always evaluated here, by Horner's rule in SIMD lanes.
// Single-threaded; callers split points. Reference: trigonometric_kernel_reference.cpp; test:
// trigonometric_kernel_test.cpp; speed: trigonometric_kernel_bench.cpp.
#pragma once

#include <complex>
#include <span>

namespace yonder::density::internal {

/// out[j] = |A(x_j)|^2; b: [N + 1], N >= 0; x: [n] in [-1, 1]; out: [n], may be `x`.
/// Cost: 8 N flops per point plus a sine and a cosine; above N = 192, many points cost O(N log N)
/// in all plus a constant per point, with an error of 1e-12 of the greatest |A| and Horner's rule
/// where |A| is small (nonuniform_fft.h).
void squared_magnitude(std::span<const std::complex<double>> b, std::span<const double> x,
                       std::span<double> out);

/// The same, ln |A(x_j)|^2: finite wherever |A(x_j)| > 0, even where its square underflows;
/// -infinity where A(x_j) is 0.
void log_squared_magnitude(std::span<const std::complex<double>> b, std::span<const double> x,
                           std::span<double> out);

/// Both by Horner's rule for any N.
void squared_magnitude_horner(std::span<const std::complex<double>> b, std::span<const double> x,
                              std::span<double> out);
void log_squared_magnitude_horner(std::span<const std::complex<double>> b,
                                  std::span<const double> x, std::span<double> out);

/// Where likelihood_sums() puts what it sums; an empty span is left out. Sizes are as stated.
struct LikelihoodSums {
  std::span<std::complex<double>> inverse;          ///< [N + 1]   sum_j w_j z_j^k / A(x_j)
  std::span<std::complex<double>> inverse_squared;  ///< [2 N + 1] sum_j w_j z_j^k / A(x_j)^2
  std::span<std::complex<double>> inverse_power;    ///< [N + 1]   sum_j w_j z_j^k / |A(x_j)|^2
};

/// Returns sum_j w_j ln |A(x_j)|^2 and writes the sums asked for. x, w: [n], w of any sign, not 0.
/// Cost per point: 8 N flops, and 8 more per entry of a sum; above N = 192 as there.
double likelihood_sums(std::span<const std::complex<double>> b, std::span<const double> x,
                       std::span<const double> w, const LikelihoodSums& sums);

}  // namespace yonder::density::internal
