// SPDX-License-Identifier: Apache-2.0
// The logistic distribution with scale s / 2, so that x = 2 F(y) - 1 = tanh((y - t) / s), the map
// of the post (kexue.fm 10007). Tails e^{-2 |y| / s}. Nothing is computed from 1 - tanh^2: the tail
// is 1 / (e^{2u} + 1) and ln sech^2 u = 2 (ln 2 - |u| - log1p(e^{-2|u|})). Fitted as the post does
// it: median and standard deviation of the data, not maximum likelihood.
#include "yonder/density/internal/location_scale.h"

#include <numbers>

namespace yonder::density::internal {
namespace {

struct Logistic {
  using Parameters = std::span<const double>;
  static double tail(Parameters, double u) {
    // For large u the exponential of -2u keeps relative accuracy where that of 2u overflows.
    const double e = std::exp(-2 * u);
    return e / (1 + e);
  }
  static double log_tail(Parameters, double u) { return -2 * u - std::log1p(std::exp(-2 * u)); }
  static double tail_quantile(Parameters, double mass) {
    return 0.5 * std::log1p((1 - 2 * mass) / mass);
  }
  static double log_density(Parameters, double u) {
    const double a = std::fabs(u);
    return std::numbers::ln2 - 2 * a - 2 * std::log1p(std::exp(-2 * a));
  }
  static double log_density_slope(Parameters, double u) { return -2 * std::tanh(u); }
  static double log_density_curvature(Parameters, double u) {
    const double e = std::exp(-2 * std::fabs(u));
    return -8 * e / ((1 + e) * (1 + e));
  }
};

std::vector<double> fit(const BaseSample& sample) {
  const double location = sample.location != nullptr ? *sample.location : weighted_median(sample);
  const double scale =
      sample.scale != nullptr ? *sample.scale : weighted_deviation(sample, weighted_mean(sample));
  return {location, scale};
}

using Family = LocationScale<Logistic>;

}  // namespace

constexpr BaseFamily kLogistic = {
    0x01,
    "logistic",
    "the tanh map; exponential tails",
    "",
    Family::complaint,
    Family::lower_tail,
    Family::upper_tail,
    Family::log_lower_tail,
    Family::log_upper_tail,
    Family::lower_quantile,
    Family::upper_quantile,
    Family::log_density,
    Family::log_density_slope,
    Family::log_density_curvature,
    1,
    Family::all_moments,
    Family::location,
    Family::scale,
    Family::with,
    fit,
};

}  // namespace yonder::density::internal
