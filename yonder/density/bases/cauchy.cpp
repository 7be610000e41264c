// SPDX-License-Identifier: Apache-2.0
// The Cauchy distribution: Student's with one degree of freedom in closed form. No moment beyond
// that of order 0 exists.
#include "yonder/density/internal/location_scale.h"
#include "yonder/density/internal/student_distribution.h"

#include <numbers>

namespace yonder::density::internal {
namespace {

struct Cauchy {
  using Parameters = std::span<const double>;
  static double tail(Parameters, double u) { return std::atan2(1, u) / std::numbers::pi; }
  static double log_tail(Parameters p, double u) { return std::log(tail(p, u)); }
  static double tail_quantile(Parameters, double mass) {
    // tan near 0, where it keeps its digits, on either side of mass 1/4.
    return mass < 0.25 ? 1 / std::tan(std::numbers::pi * mass)
                       : std::tan(std::numbers::pi * (0.5 - mass));
  }
  static double log_density(Parameters, double u) {
    return -std::log(std::numbers::pi) - 2 * std::log(std::hypot(1, u));
  }
  static double log_density_slope(Parameters, double u) {
    return std::fabs(u) < 1 ? -2 * u / (1 + u * u) : -2 / (u + 1 / u);
  }
  static double log_density_curvature(Parameters, double u) {
    const double h = std::hypot(1, u);
    return -2 * ((1 - u) / h) * ((1 + u) / h) / h / h;
  }
};

std::vector<double> fit(const BaseSample& sample) { return fit_student(sample, 1); }

using Family = LocationScale<Cauchy>;

}  // namespace

constexpr BaseFamily kCauchy = {
    0x05,
    "cauchy",
    "the heaviest tails: not even a mean exists",
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
    0,
    Family::no_moment,
    Family::location,
    Family::scale,
    Family::with,
    fit,
};

}  // namespace yonder::density::internal
