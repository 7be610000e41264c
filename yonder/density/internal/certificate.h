// SPDX-License-Identifier: Apache-2.0
// The proof that a fit cannot be beaten. In the coefficients c of the density, maximum likelihood
// is concave over a convex cone, and with the Hermitian Toeplitz matrix T_jk = t_(j-k), t_n = 1/2
// sum_s w_s e^{i pi n x_s} / p(x_s), every density of this order obeys
//   L(p) - L* <= ln lambda_max(T);
// at a stationary point T b = b, so that the best one is reached where lambda_max is 1. The top
// eigenvector B points to the way out of other stationary points: towards |B|^2.
// Proof: docs/math/density.md, "Certificate". Test: certificate_test.cpp.
#pragma once

#include "yonder/density/internal/circle_grid.h"

namespace yonder::density::internal {

struct TopEigenpair {
  double value = 0;
  Coefficients vector;  ///< B_0..B_N of unit length
};

/// The greatest eigenvalue of the Toeplitz matrix with entries T_km = t_(m-k), t_-n = conj(t_n),
/// and a vector of it. t: [N + 1]. Up to N = kDenseOrder by a dense eigensolver, O(N^3); above by
/// Lanczos' method with full reorthogonalisation and FFT products.
TopEigenpair toeplitz_top(const Coefficients& t);

/// ln lambda_max alone, at least 0 (rounding aside, it cannot be below).
double certificate_gap(const Coefficients& t);

constexpr Eigen::Index kDenseOrder = 192;

}  // namespace yonder::density::internal
