// SPDX-License-Identifier: Apache-2.0
// Fourier transforms of any power-of-two length behind a header without Eigen.
#pragma once

#include <complex>
#include <span>
#include <vector>

namespace yonder::density::internal {

/// out[m] = sum_k in[k] e^{2 pi i k m / size}, k < in.size() <= size; size a power of two.
/// The values of A(x) at x = 2 m / size for in = b.
std::vector<std::complex<double>> values_on_grid(std::span<const std::complex<double>> in,
                                                 size_t size);
/// The inverse: coefficients[k] = 1/size sum_m values[m] e^{-2 pi i k m / size}.
std::vector<std::complex<double>> coefficients_of_grid(
    const std::vector<std::complex<double>>& values);

}  // namespace yonder::density::internal
