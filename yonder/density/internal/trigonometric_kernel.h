// SPDX-License-Identifier: Apache-2.0
// The inner loop of density: |A(x)|^2 at many points, A(x) = sum_k b_k e^{i pi k x}, by Horner's
// rule in SIMD lanes with its own sine and cosine. The cosine sum of the autocorrelation would go
// negative at double zeros (docs/math/density.md), so densities are always evaluated here.
// Reference: trigonometric_reference.cpp; test: trigonometric_kernel_test.cpp.
#pragma once

#include <complex>
#include <span>

namespace yonder::density::internal {

/// out[j] = |A(x_j)|^2; x in [-1, 1]. `out` may be `x`. Cost: 8 N flops per point plus a sine and a
/// cosine; N >= 256 with many points goes through a non-uniform FFT (relative tolerance 1e-12).
void squared_magnitude(std::span<const std::complex<double>> b, std::span<const double> x,
                       std::span<double> out);

/// The same, ln |A(x_j)|^2.
void log_squared_magnitude(std::span<const std::complex<double>> b, std::span<const double> x,
                           std::span<double> out);

}  // namespace yonder::density::internal
