// SPDX-License-Identifier: Apache-2.0
#include "yonder/density/baselines/normal_sum_reference.h"

#include <cmath>
#include <numbers>

namespace yonder::density {
namespace {

long double component(const NormalSum& sum, size_t k, double y) {
  const long double t = (static_cast<long double>(y) - sum.means[k]) / sum.deviations[k];
  return sum.weights[k] / (sum.deviations[k] * std::sqrt(2 * std::numbers::pi_v<long double>)) *
         std::exp(-t * t / 2);
}

long double density(const NormalSum& sum, double y) {
  long double total = 0;
  for (size_t k = 0; k < sum.means.size(); ++k) {
    total += component(sum, k, y);
  }
  return total;
}

}  // namespace

double logpdf_reference(const NormalSum& sum, double y) {
  return static_cast<double>(std::log(density(sum, y)));
}

ResponsibilitySums responsibility_sums_reference(const NormalSum& sum, std::span<const double> y,
                                                 std::span<const double> weights) {
  const size_t count = sum.means.size();
  ResponsibilitySums result = {std::vector<double>(count), std::vector<double>(count),
                               std::vector<double>(count), 0};
  for (size_t i = 0; i < y.size(); ++i) {
    const long double total = density(sum, y[i]);
    result.log_likelihood += weights[i] * static_cast<double>(std::log(total));
    for (size_t k = 0; k < count; ++k) {
      const double r = weights[i] * static_cast<double>(component(sum, k, y[i]) / total);
      const double d = y[i] - sum.means[k];
      result.mass[k] += r;
      result.first[k] += r * d;
      result.second[k] += r * d * d;
    }
  }
  return result;
}

}  // namespace yonder::density
