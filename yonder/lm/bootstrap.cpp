// SPDX-License-Identifier: Apache-2.0
#include "yonder/lm/bootstrap.h"

#include "yonder/base/error.h"
#include "yonder/base/random.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

namespace yonder::lm {
namespace {

constexpr uint64_t kReplicates = 1000;

double quantile(const std::vector<double>& sorted, double q) {
  const double at = q * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<size_t>(at);
  const size_t above = std::min(below + 1, sorted.size() - 1);
  return sorted[below] + (at - std::floor(at)) * (sorted[above] - sorted[below]);
}

}  // namespace

Interval bootstrap_interval(std::span<const double> numerators,
                            std::span<const double> denominators, double confidence,
                            uint64_t seed) {
  YONDER_CHECK(numerators.size() == denominators.size());
  const size_t samples = numerators.size();
  if (samples < 2) {
    const double unknown = std::numeric_limits<double>::quiet_NaN();
    return {unknown, unknown};
  }
  std::vector<double> ratios;
  for (uint64_t replicate = 0; replicate < kReplicates; ++replicate) {
    Rng rng(seed, replicate);
    double numerator = 0;
    double denominator = 0;
    for (size_t i = 0; i < samples; ++i) {
      const auto drawn = static_cast<size_t>(rng.below(samples));
      numerator += numerators[drawn];
      denominator += denominators[drawn];
    }
    ratios.push_back(numerator / denominator);
  }
  std::sort(ratios.begin(), ratios.end());
  return {quantile(ratios, (1 - confidence) / 2), quantile(ratios, (1 + confidence) / 2)};
}

}  // namespace yonder::lm
