// SPDX-License-Identifier: Apache-2.0
// Families that are symmetric about a location: a file in bases/ gives the tail of the standardised
// variable u = (y - t) / s, its inverse, its log density and the slope of that; the rest of a
// BaseFamily follows. Parameters: t, s, and what the family has beyond them.
#pragma once

#include "yonder/density/internal/base_family.h"

#include <fmt/core.h>

#include <cmath>

namespace yonder::density::internal {

/// Family: a struct with static functions of (|u| or u, all parameters): tail(u >= 0),
/// tail_quantile (mass in (0, 1/2]), log_density(u), log_density_slope(u).
template <typename Family>
struct LocationScale {
  using Parameters = std::span<const double>;
  static double standard(Parameters p, double y) { return (y - p[0]) / p[1]; }
  static double lower_tail(Parameters p, double y) {
    const double u = standard(p, y);
    return u <= 0 ? Family::tail(p, -u) : 1 - Family::tail(p, u);
  }
  static double upper_tail(Parameters p, double y) {
    const double u = standard(p, y);
    return u >= 0 ? Family::tail(p, u) : 1 - Family::tail(p, -u);
  }
  static double log_lower_tail(Parameters p, double y) {
    const double u = standard(p, y);
    return u <= 0 ? Family::log_tail(p, -u) : std::log1p(-Family::tail(p, u));
  }
  static double log_upper_tail(Parameters p, double y) {
    const double u = standard(p, y);
    return u >= 0 ? Family::log_tail(p, u) : std::log1p(-Family::tail(p, -u));
  }
  static double lower_quantile(Parameters p, double mass) {
    return p[0] - p[1] * Family::tail_quantile(p, mass);
  }
  static double upper_quantile(Parameters p, double mass) {
    return p[0] + p[1] * Family::tail_quantile(p, mass);
  }
  static double log_density(Parameters p, double y) {
    return Family::log_density(p, standard(p, y)) - std::log(p[1]);
  }
  static double log_density_slope(Parameters p, double y) {
    return Family::log_density_slope(p, standard(p, y)) / p[1];
  }
  static double log_density_curvature(Parameters p, double y) {
    return Family::log_density_curvature(p, standard(p, y)) / (p[1] * p[1]);
  }
  static double location(Parameters p) { return p[0]; }
  static double scale(Parameters p) { return p[1]; }
  static std::vector<double> with(Parameters p, double location, double scale) {
    std::vector<double> moved(p.begin(), p.end());
    moved[0] = location;
    moved[1] = scale;
    return moved;
  }
  static bool all_moments(Parameters, int) { return true; }
  /// But that of order 0, which every distribution has.
  static bool no_moment(Parameters, int n) { return n <= 0; }
  static std::string complaint(Parameters p) {
    if (p.size() != 2) {
      return fmt::format("{} parameters; 2 were expected, location and scale", p.size());
    }
    if (!std::isfinite(p[0]) || !std::isfinite(p[1]) || p[1] <= 0) {
      return fmt::format("location {} and scale {}; both must be finite and the scale > 0", p[0],
                         p[1]);
    }
    return {};
  }
};

}  // namespace yonder::density::internal
