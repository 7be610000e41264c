// SPDX-License-Identifier: Apache-2.0
// Finishes a fit: Newton's method on the likelihood in a trust region. The second derivative of the
// likelihood is a Hankel matrix of 2 N + 1 moment sums plus terms of rank one, so its product with
// a vector costs one FFT pair, and each step is found by conjugate gradients without forming a
// matrix (Steihaug's method: negative curvature is followed to the border of the region). Quadratic
// convergence near the optimum. Source: docs/math/density.md, "Newton"; Steihaug 1983.
// Tests: optimum_test.cpp; the Hessian's product: likelihood_test.cpp.
#pragma once

#include "yonder/density/internal/likelihood.h"

#include <cstdint>
#include <functional>

namespace yonder::density::internal {

struct NewtonSettings {
  int64_t max_steps = 500;
  double gradient_norm = 1e-13;  ///< stops below; rounding usually stops it first
};

struct NewtonResult {
  Coefficients b;  ///< sum |b|^2 = 1
  double value = 0;
  double gradient_norm = 0;
  int64_t steps = 0;
};

/// good_enough(b, value, gradient_norm) is asked after every step (and before the first) and ends
/// the iteration by true.
NewtonResult hankel_newton(Likelihood& likelihood, const Coefficients& start,
                           const NewtonSettings& settings,
                           const std::function<bool(const Coefficients& b, double value,
                                                    double gradient_norm)>& good_enough);

}  // namespace yonder::density::internal
