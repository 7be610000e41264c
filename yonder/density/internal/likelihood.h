// SPDX-License-Identifier: Apache-2.0
// What a fit minimises: L(b) = -sum_j w_j ln |A(x_j)|^2 + ln(2 sum |b|^2) + gamma R(b), the
// negative log-likelihood on the circle x in [-1, 1] plus the roughness penalty, with derivatives.
// Does not change when b is multiplied by a complex number. An even sample stands for its points
// and their mirror images; b is then real. Points are summed in chunks of fixed size that are
// combined in order, so the number of threads does not change a bit. Formulas:
// docs/math/density.md, "Likelihood". Test: likelihood_test.cpp.
#pragma once

#include "yonder/density/internal/circle_grid.h"
#include "yonder/density/internal/roughness.h"

#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

namespace yonder::density::internal {

/// Points on the circle with weights > 0 that sum to 1.
struct Sample {
  std::vector<double> x;  ///< in [-1, 1]
  std::vector<double> w;
  bool even = false;  ///< each point stands for itself and -x
};

class Likelihood {
 public:
  /// The sample must outlive the object.
  Likelihood(const Sample& sample, int64_t order, double gamma, int threads);

  int64_t order() const { return order_; }
  double gamma() const { return gamma_; }
  bool even() const { return sample_->even; }

  /// L(b); not finite where the density of a point is zero.
  double value(const Coefficients& b);
  /// L(b) and its gradient 2 dL/db* in the real sense.
  double gradient(const Coefficients& b, Coefficients& g);
  /// L(b), its gradient, and the sums of the Hessian for product().
  double curvature(const Coefficients& b, Coefficients& g);
  /// The Hessian at the last b of curvature(), times a direction: O(N log N).
  Coefficients product(const Coefficients& direction);
  /// t_0..t_N with t_n = 1/2 sum_j w_j z_j^n / p(x_j): the matrix of the certificate.
  Coefficients toeplitz(const Coefficients& b);
  /// R(b) and gamma R(b) are cheap: O(N log N).
  double penalty(const Coefficients& b);

 private:
  // The sums of likelihood_sums() over all chunks; counts of moments, 0 for none.
  struct Totals {
    double log_sum = 0;
    Coefficients inverse, inverse_squared, inverse_power;
  };
  Totals sums(const Coefficients& b, size_t inverse, size_t inverse_squared, size_t inverse_power);
  double finish(const Coefficients& b, const Totals& totals, Coefficients* g);

  const Sample* sample_;
  int64_t order_;
  double gamma_;
  int threads_;
  std::optional<Roughness> roughness_;
  CircleGrid grid_;
  Coefficients b_, hankel_values_;  // of curvature()
};

}  // namespace yonder::density::internal
