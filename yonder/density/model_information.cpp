// SPDX-License-Identifier: Apache-2.0
// Entropy and divergences. For canonical coefficients ln |A|^2 = 2 Re sum_n l_n z^n, and its mean
// under a density with circular moments E z^n = conj(c_n) is the finite sum
//   E ln |A|^2 = 2 l_0 + 2 Re sum_{n=1..N} c_n conj(l_n),
// because moments beyond that density's degree are 0. What else the density of y has, the base's or
// the length of the domain, cancels in a divergence between models of the same domain and base.
// Test: model_information_test.cpp.
#include "yonder/base/error.h"
#include "yonder/density/internal/panels.h"
#include "yonder/density/model.h"
#include "yonder/density/spectral_factor.h"

#include <cmath>
#include <limits>

namespace yonder::density {
namespace {

/// E ln |A|^2 under the density of autocorrelation c.
double mean_log_magnitude(std::span<const std::complex<double>> c,
                          std::span<const std::complex<double>> b) {
  // The cepstrum goes on beyond the degree of A; as far as c is what counts.
  std::vector<std::complex<double>> padded(b.begin(), b.end());
  padded.resize(c.size());
  const std::vector<std::complex<double>> l = cepstrum(padded);
  double sum = l[0].real();
  for (size_t n = 1; n < l.size(); ++n) {
    sum += (c[n] * std::conj(l[n])).real();
  }
  return 2 * sum;
}

}  // namespace

Moment Model::expectation(const std::function<double(double)>& g) const {
  // 1000 halvings reach the smallest doubles. A very heavy tail reaches the greatest value before:
  // a Student of nu degrees of freedom leaves e^-709nu beyond it.
  int halvings = base_ ? 1000 : 0;
  const internal::CumulativeTable& table = cumulative();
  const auto finite_at = [&](int power) {
    const double edge = std::ldexp(1.0, -power);
    return std::isfinite(from_point(table.point(0, edge))) &&
           std::isfinite(from_point(table.point(table.cells() - 1, edge)));
  };
  while (halvings > 1 && !finite_at(halvings)) {
    --halvings;
  }
  const std::vector<internal::Panel> panels = internal::panels(cumulative(), halvings);
  const internal::Integral integral = internal::integrate(
      cumulative(), panels, [&](Domain::Point point) { return g(from_point(point)); });
  return {integral.value, base_ ? integral.error : 0, true};
}

double Model::mean_log_weight() const {
  return base_ ? expectation([&](double y) { return base_->log_density(y); }).value
               : -std::log(domain_.length);
}

double Model::entropy() const { return -mean_log_magnitude(c_, b_) - mean_log_weight(); }

double Model::cross_entropy(const Model& other) const { return kl(other) + entropy(); }

double Model::kl(const Model& other) const {
  require(domain_ == other.domain_, ErrorKind::bad_option,
          "a divergence between a density on {} and one on {}; the domains must be equal",
          domain_.text(), other.domain_.text());
  if (base_ == other.base_) {
    return mean_log_magnitude(c_, b_) - mean_log_magnitude(c_, other.b_);
  }
  if (!base_->has_moment(other.base_->log_density_growth())) {
    return std::numeric_limits<double>::infinity();
  }
  const double other_mean = expectation([&](double y) {
                              double log_density = 0;
                              other.logpdf(std::span(&y, 1), std::span(&log_density, 1));
                              return log_density;
                            }).value;
  return -entropy() - other_mean;
}

}  // namespace yonder::density
