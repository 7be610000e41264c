// SPDX-License-Identifier: Apache-2.0
#include "yonder/density/goodness_of_fit.h"

#include "yonder/base/error.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>

namespace yonder::density {
namespace {

// P(K > x), K Kolmogorov's limit of sqrt(n) D.
double kolmogorov_tail(double x) {
  if (x < 1e-3) {
    return 1;
  }
  double sum = 0;
  if (x < 1.18) {  // Jacobi's other series of the same function converges faster here
    for (int k = 1; k <= 20; ++k) {
      const double t = (2 * k - 1) * std::numbers::pi / x;
      sum += std::exp(-t * t / 8);
    }
    return 1 - std::sqrt(2 * std::numbers::pi) / x * sum;
  }
  for (int k = 1; k <= 20; ++k) {
    sum += (k % 2 == 1 ? 2 : -2) * std::exp(-2.0 * k * k * x * x);
  }
  return sum;
}

}  // namespace

GoodnessOfFit goodness_of_fit(const Estimator& density, std::span<const double> values,
                              std::span<const double> weights, int64_t bins) {
  require(!values.empty(), ErrorKind::bad_data, "there are no values to hold against the density");
  require(weights.empty() || weights.size() == values.size(), ErrorKind::bad_data,
          "{} weights for {} values; give one weight to each value, or none", weights.size(),
          values.size());
  require(bins >= 1 && bins <= 1 << 20, ErrorKind::bad_option,
          "{} bins were asked for; 1 to {} are possible", bins, 1 << 20);
  std::vector<double> share(values.size(), 1.0);
  double total = 0;
  double squares = 0;
  for (size_t i = 0; i < values.size(); ++i) {
    require(std::isfinite(values[i]), ErrorKind::bad_data,
            "value {} is {}; only finite numbers can be scored", i, values[i]);
    if (!weights.empty()) {
      require(weights[i] >= 0 && std::isfinite(weights[i]), ErrorKind::bad_data,
              "weight {} is {}; weights are finite and not negative", i, weights[i]);
      share[i] = weights[i];
    }
    total += share[i];
    squares += share[i] * share[i];
  }
  require(total > 0, ErrorKind::bad_data, "all weights are 0");
  const double effective_size = total * total / squares;
  for (double& s : share) {
    s /= total;
  }

  GoodnessOfFit result;
  result.samples = values.size();
  std::vector<double> transform(values.size());
  density.logpdf(values, transform);
  result.nll = -std::inner_product(share.begin(), share.end(), transform.begin(), 0.0);
  double variance = 0;
  for (size_t i = 0; i < values.size(); ++i) {
    const double deviation = transform[i] + result.nll;
    variance += share[i] * deviation * deviation;
  }
  result.nll_error = std::sqrt(variance / std::max(effective_size - 1, 1.0));
  result.bits = result.nll / std::numbers::ln2;

  density.cdf(values, transform);
  result.pit.assign(static_cast<size_t>(bins), 0.0);
  for (size_t i = 0; i < values.size(); ++i) {
    const auto bin = static_cast<int64_t>(transform[i] * static_cast<double>(bins));
    result.pit[static_cast<size_t>(std::clamp<int64_t>(bin, 0, bins - 1))] += share[i];
  }
  std::vector<size_t> order(values.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::sort(order.begin(), order.end(),
            [&](size_t a, size_t b) { return transform[a] < transform[b]; });
  double below = 0;
  for (const size_t i : order) {
    result.ks = std::max(result.ks, std::abs(transform[i] - below));
    below += share[i];
    result.ks = std::max(result.ks, std::abs(below - transform[i]));
  }
  // Stephens 1970: close to the exact distribution from 8 values on.
  const double root = std::sqrt(effective_size);
  result.ks_p_value =
      std::clamp(kolmogorov_tail((root + 0.12 + 0.11 / root) * result.ks), 0.0, 1.0);
  return result;
}

}  // namespace yonder::density
