// SPDX-License-Identifier: Apache-2.0
// All roots of a polynomial at once, by the method of Ehrlich and Aberth: Newton's steps that repel
// each other. Starts lie on circles whose radii come from the convex hull of ln |b_k|.
// Source: D. A. Bini, "Numerical computation of polynomial zeros by means of Aberth's method",
// Numerical Algorithms 13 (1996). Test: polynomial_roots_test.cpp.
#pragma once

#include <complex>
#include <span>
#include <vector>

namespace yonder::density::internal {

/// The roots of sum_k b_k z^k, as many as the highest k with b_k != 0; b_0 may be 0. A multiple
/// root appears as a cluster. Cost: about 10 N^2 complex operations for roots near the unit circle.
std::vector<std::complex<double>> polynomial_roots(std::span<const std::complex<double>> b);

}  // namespace yonder::density::internal
