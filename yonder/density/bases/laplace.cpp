// SPDX-License-Identifier: Apache-2.0
// The Laplace (double exponential) distribution, e^{-|u|} / 2. Its density has a corner at the
// location, which a model on it inherits. Fitted by median and mean absolute deviation, which is
// maximum likelihood.
#include "yonder/density/internal/location_scale.h"

#include <numbers>

namespace yonder::density::internal {
namespace {

struct Laplace {
  using Parameters = std::span<const double>;
  static double tail(Parameters, double u) { return 0.5 * std::exp(-u); }
  static double log_tail(Parameters, double u) { return -std::numbers::ln2 - u; }
  static double tail_quantile(Parameters, double mass) { return -std::log(2 * mass); }
  static double log_density(Parameters, double u) { return -std::numbers::ln2 - std::fabs(u); }
  static double log_density_slope(Parameters, double u) {
    return u == 0 ? 0 : -std::copysign(1, u);
  }
  static double log_density_curvature(Parameters, double) { return 0; }
};

std::vector<double> fit(const BaseSample& sample) {
  const double location = sample.location != nullptr ? *sample.location : weighted_median(sample);
  if (sample.scale != nullptr) {
    return {location, *sample.scale};
  }
  double distance = 0;
  double total = 0;
  for (size_t i = 0; i < sample.values.size(); ++i) {
    distance += sample.weight(i) * std::fabs(sample.values[i] - location);
    total += sample.weight(i);
  }
  return {location, distance / total};
}

using Family = LocationScale<Laplace>;

}  // namespace

constexpr BaseFamily kLaplace = {
    0x03,
    "laplace",
    "exponential tails and a corner at the median",
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
