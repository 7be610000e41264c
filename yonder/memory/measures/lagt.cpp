// SPDX-License-Identifier: Apache-2.0
// LagT, translated Laguerre: a past that fades over theta. With the generalised Laguerre
// polynomials L_n of order alpha, h_n = sqrt(Gamma(n+alpha+1)/n!) and s = (T - t)/theta,
//   x_n = theta^(-1/2) int u(t) L_n(s) exp(-(1+beta) s/2) dt / h_n,
//   u  ~  theta^(-1/2) sum_n x_n L_n(s) s^alpha exp(-(1-beta) s/2) / h_n,
//   theta A = -(1+beta)/2 (k = n), -h_k/h_n (k < n), 0 (k > n),
//   sqrt(theta) B_n = binomial(n+alpha, n) / h_n.
// Triangular, hence exact. alpha = beta = 0: functions orthonormal in time, A = (I/2 - tril(1)) /
// theta, and sum x_n^2 is the energy of what is remembered. beta = 1: the untilted measure exp(-s),
// whose polynomials grow with age. Source: Gu et al. 2020, appendix D.2. Test: system_test.cpp.
#include "yonder/memory/measures/table.h"

#include <cmath>

namespace yonder::memory {

std::vector<double> laguerre_norms(double alpha, int64_t order) {
  std::vector<double> norms(static_cast<size_t>(order));
  double square = std::tgamma(alpha + 1);
  for (size_t n = 0; n < norms.size(); ++n) {
    if (n > 0) {
      square *= (static_cast<double>(n) + alpha) / static_cast<double>(n);
    }
    norms[n] = std::sqrt(square);
  }
  return norms;
}

System lagt_system(const Measure& measure, int64_t order) {
  System result = zero_system(order, false);
  const std::vector<double> h = laguerre_norms(measure.alpha, order);
  const double theta = measure.width;
  double binomial = 1;  // of n + alpha over n
  for (int64_t n = 0; n < order; ++n) {
    const auto row = static_cast<size_t>(n);
    if (n > 0) {
      binomial *= (static_cast<double>(n) + measure.alpha) / static_cast<double>(n);
    }
    for (int64_t k = 0; k < n; ++k) {
      result.a.at(n, k) = -h[static_cast<size_t>(k)] / h[row] / theta;
    }
    result.a.at(n, n) = -(1 + measure.beta) / 2 / theta;
    result.b[row] = binomial / h[row] / std::sqrt(theta);
  }
  return result;
}

// The polynomials grow as the exponential falls; both leave the range of doubles long before their
// product does, so the recurrence carries its scale apart.
void laguerre_basis(const Measure& measure, double age, double, std::span<double> values) {
  const double s = age / measure.width;
  const double alpha = measure.alpha;
  const std::vector<double> h = laguerre_norms(alpha, static_cast<int64_t>(values.size()));
  double log_scale = -(1 - measure.beta) * s / 2 - std::log(measure.width) / 2;
  double factor = std::exp(log_scale) * (alpha == 0 ? 1 : std::pow(s, alpha));
  double before = 0;
  double current = 1;
  constexpr double kLarge = 1e100;
  for (size_t n = 0; n < values.size(); ++n) {
    const auto index = static_cast<double>(n);
    values[n] = factor * current / h[n];
    const double next =
        ((2 * index + 1 + alpha - s) * current - (index + alpha) * before) / (index + 1);
    before = current;
    current = next;
    if (std::abs(current) > kLarge) {
      before /= kLarge;
      current /= kLarge;
      log_scale += std::log(kLarge);
      factor = std::exp(log_scale) * (alpha == 0 ? 1 : std::pow(s, alpha));
    }
  }
}

}  // namespace yonder::memory
