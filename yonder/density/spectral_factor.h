// SPDX-License-Identifier: Apache-2.0
// Fejer-Riesz: every non-negative trigonometric polynomial is |A|^2 of a polynomial A without roots
// inside the unit circle. Autocorrelation in one direction, factorisation in the other: cepstral on
// a grid of at least 16 N points, refined by Newton (Wilson). Test: spectral_factor_test.cpp.
#pragma once

#include <complex>
#include <span>
#include <vector>

namespace yonder::density {

/// c_n = sum_k a_k conj(a_{k+n}), a_k = conj(b_k), n = 0..N, so that |A|^2 = sum_{|n|<=N} c_n e^{i
/// pi n x}.
std::vector<std::complex<double>> autocorrelation(std::span<const std::complex<double>> b);
/// The minimal-phase b, b_0 real and positive, with that autocorrelation, to a relative 1e-12.
/// Throws Error(bad_data) where the polynomial is negative on a certified grid (Bernstein's bound).
std::vector<std::complex<double>> spectral_factor(std::span<const std::complex<double>> c);
/// b with all roots moved to |z| >= 1, b_0 real > 0 and sum |b|^2 = 1.
std::vector<std::complex<double>> canonical(std::span<const std::complex<double>> b);

/// l_0..l_N of ln A = sum_n l_n z^n for canonical b, so that ln |A|^2 = 2 Re sum_n l_n z^n; exact
/// sums, N^2 / 2 of them.
std::vector<std::complex<double>> cepstrum(std::span<const std::complex<double>> b);

}  // namespace yonder::density
