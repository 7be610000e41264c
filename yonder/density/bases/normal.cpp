// SPDX-License-Identifier: Apache-2.0
// The normal distribution: the lightest tails. The tail is erfc, which keeps relative accuracy down
// to underflow (|u| about 38); its inverse is Acklam's rational approximation (relative 1.2e-9)
// followed by one step of Halley's method, which cubes that error.
// Source: P. Acklam, "An algorithm for computing the inverse normal cumulative distribution
// function", 2003.
#include "yonder/density/internal/location_scale.h"

#include <numbers>

namespace yonder::density::internal {

double normal_tail(double u) { return 0.5 * std::erfc(u * (std::numbers::sqrt2 / 2)); }

double normal_log_tail(double u) {
  if (u < 8) {
    return std::log(normal_tail(u));
  }
  // Laplace's continued fraction, density / (u + 1 / (u + 2 / (u + ...))).
  double fraction = u;
  for (int k = 24; k > 0; --k) {
    fraction = u + k / fraction;
  }
  return -0.5 * u * u - 0.5 * std::log(2 * std::numbers::pi) - std::log(fraction);
}

double normal_tail_quantile(double mass) {
  if (mass > 0.5) {
    return -normal_tail_quantile(1 - mass);
  }
  constexpr double kSplit = 0.02425;
  double u = 0;  // positive: the point with that mass above it
  if (mass < kSplit) {
    const double q = std::sqrt(-2 * std::log(mass));
    u = -(((((-7.784894002430293e-03 * q - 3.223964580411365e-01) * q - 2.400758277161838e+00) * q -
            2.549732539343734e+00) *
               q +
           4.374664141464968e+00) *
              q +
          2.938163982698783e+00) /
        ((((7.784695709041462e-03 * q + 3.224671290700398e-01) * q + 2.445134137142996e+00) * q +
          3.754408661907416e+00) *
             q +
         1);
  } else {
    const double q = 0.5 - mass;
    const double r = q * q;
    u = (((((-3.969683028665376e+01 * r + 2.209460984245205e+02) * r - 2.759285104469687e+02) * r +
           1.383577518672690e+02) *
              r -
          3.066479806614716e+01) *
             r +
         2.506628277459239e+00) *
        q /
        (((((-5.447609879822406e+01 * r + 1.615858368580409e+02) * r - 1.556989798598866e+02) * r +
           6.680131188771972e+01) *
              r -
          1.328068155288572e+01) *
             r +
         1);
  }
  // Halley on tail(u) = mass; the error is relative to the density, which underflows with the mass.
  const double density = std::exp(-0.5 * u * u) / std::sqrt(2 * std::numbers::pi);
  if (density > 0) {
    const double e = (normal_tail(u) - mass) / density;
    u += e / (1 + 0.5 * u * e);
  }
  return u;
}

namespace {

struct Normal {
  using Parameters = std::span<const double>;
  static double tail(Parameters, double u) { return normal_tail(u); }
  static double log_tail(Parameters, double u) { return normal_log_tail(u); }
  static double tail_quantile(Parameters, double mass) { return normal_tail_quantile(mass); }
  static double log_density(Parameters, double u) {
    return -0.5 * u * u - 0.5 * std::log(2 * std::numbers::pi);
  }
  static double log_density_slope(Parameters, double u) { return -u; }
  static double log_density_curvature(Parameters, double) { return -1; }
};

std::vector<double> fit(const BaseSample& sample) {
  const double location = sample.location != nullptr ? *sample.location : weighted_mean(sample);
  const double scale =
      sample.scale != nullptr ? *sample.scale : weighted_deviation(sample, location);
  return {location, scale};
}

using Family = LocationScale<Normal>;

}  // namespace

constexpr BaseFamily kNormal = {
    0x02,
    "normal",
    "mean and standard deviation; the lightest tails",
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
    2,
    Family::all_moments,
    Family::location,
    Family::scale,
    Family::with,
    fit,
};

}  // namespace yonder::density::internal
