// SPDX-License-Identifier: Apache-2.0
// The masses of a density as the cosine sum that the mathematics has, in long double: what
// CumulativeTable must agree with.
#pragma once

#include <complex>
#include <span>

namespace yonder::density::internal {

/// Phi(x) = (x + 1) / 2 + Re sum_{n=1..N} c_n (e^{i pi n x} - (-1)^n) / (i pi n), c_0 = 1.
long double cumulative_reference(std::span<const std::complex<double>> c, double x);

}  // namespace yonder::density::internal
