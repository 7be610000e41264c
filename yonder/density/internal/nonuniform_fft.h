// SPDX-License-Identifier: Apache-2.0
// The functions of trigonometric_kernel.h for high orders, where Horner's rule costs O(n N): a
// non-uniform FFT takes the polynomial to scattered points (type 2) and sums over scattered points
// to moments (type 1) in O(n + N log N). Values go through an equidistant grid of twice the
// bandwidth; between grid and points lies a Kaiser-Bessel kernel of 16 grid points, whose Fourier
// transform is divided out. Error: about 1e-14 times sum |b|, well below the 1e-12 asked for.
// Source: Barnett, Magland and af Klinteberg 2019 (FINUFFT); Beatty et al. 2005 for the kernel's
// parameter. docs/math/density.md, "Non-uniform FFT". Test: nonuniform_fft_test.cpp.
#pragma once

#include "yonder/density/internal/trigonometric_kernel.h"

#include <complex>
#include <cstddef>
#include <span>

namespace yonder::density::internal {

/// Whether the FFTs pay for a polynomial of so many coefficients at so many points: above N = 192
/// and from about 5,000 points on, or 2,500 at N = 1,000 (AVX-512; Horner's rule in narrower
/// vectors falls behind earlier).
constexpr bool worth_fft(size_t terms, size_t points) {
  return terms > 192 && points >= 2048 + (size_t{1} << 19) / terms;
}

/// As in trigonometric_kernel.h. Points where |A|^2 is below 1e-4 sum |b|^2 are computed again by
/// Horner's rule, so that densities stay accurate in their valleys.
void squared_magnitude_by_fft(std::span<const std::complex<double>> b, std::span<const double> x,
                              std::span<double> out);
void log_squared_magnitude_by_fft(std::span<const std::complex<double>> b,
                                  std::span<const double> x, std::span<double> out);
double likelihood_sums_by_fft(std::span<const std::complex<double>> b, std::span<const double> x,
                              std::span<const double> w, const LikelihoodSums& sums);

}  // namespace yonder::density::internal
