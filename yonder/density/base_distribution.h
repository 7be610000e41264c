// SPDX-License-Identifier: Apache-2.0
// Base distributions of the line: a density beta with cdf F carries the real line to the circle by
// x = 2 F(y) - 1, and the model there becomes q(y) = 2 beta(y) p(2 F(y) - 1). For p(+-1) > 0 the
// model inherits the base's tails exactly, so heavy-tailed data need a heavy base.
//
// One row of bases/table.cpp per family: logistic (the tanh map of the post), normal, laplace,
// student, cauchy, mixture (of up to 8 normals). location and scale are those of the family except
// logistic, where the scale is s of x = tanh((y - t) / s): a logistic distribution of scale s / 2.
// Near the ends everything is computed from 1 - |x| (Domain::Point::from_end) by the survival
// function, never from 1 - tanh^2. Source: kexue.fm 10007; docs/math/density.md.
// Test: base_distribution_test.cpp.
#pragma once

#include "yonder/density/domain.h"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace yonder::density {

class BaseDistribution {
 public:
  /// The numbers a file stores: u8 of the family, and its parameters: {t, s} and, for student, the
  /// degrees of freedom; for a mixture {weight, mean, deviation} per component.
  BaseDistribution(uint8_t family, std::vector<double> parameters);
  /// The same, the family by its name ("student"), as JSON stores it.
  static BaseDistribution named(std::string_view family, std::vector<double> parameters);
  /// "logistic", "normal", "laplace", "student:3", "cauchy", "mixture:4", fitted to the data by
  /// maximum likelihood (weights as in fit(); "student" alone estimates the degrees of freedom as
  /// well; logistic: median and standard deviation, as the post does). location, scale: where
  /// given, they are taken instead. Throws Error(bad_option).
  static BaseDistribution fitted(std::string_view text, std::span<const double> values,
                                 std::span<const double> weights, const double* location = nullptr,
                                 const double* scale = nullptr, uint64_t seed = 0);

  uint8_t family() const { return family_; }
  std::string name() const;  ///< "student"
  std::string text() const;  ///< "student:3.2 at 0.1 scale 4.5", for people
  const std::vector<double>& parameters() const { return parameters_; }

  /// x = 2 F(y) - 1.
  Domain::Point to_point(double y) const;
  /// The inverse; +-infinity where from_end is 0.
  double from_point(Domain::Point point) const;
  /// ln beta(y), finite for every finite y.
  double log_density(double y) const;
  /// d ln beta / dy, for modes on the line.
  double log_density_slope(double y) const;
  /// Its second derivative; 0 at the corner of a Laplace distribution.
  double log_density_curvature(double y) const;
  /// ln F(y) and ln(1 - F(y)), also where the tails themselves underflow.
  double log_lower_tail(double y) const;
  double log_upper_tail(double y) const;
  /// ln beta falls like -|y|^growth in the tails; 0: like a logarithm.
  int log_density_growth() const;
  /// d x / d t and d x / d s at y (location-scale families; mixture: of all components together),
  /// for a map that is learned.
  struct Slopes {
    double location = 0;
    double scale = 0;
  };
  Slopes point_slopes(double y) const;
  /// d ln beta / d t and d ln beta / d s at y.
  Slopes log_density_slopes(double y) const;
  /// The same family moved and stretched: location t, scale s (mixture: relative to its own).
  BaseDistribution with(double location, double scale) const;
  double location() const;
  double scale() const;
  /// Moments of order n exist (0: always; cauchy: no other; student: n < degrees of freedom).
  bool has_moment(int n) const;

  bool operator==(const BaseDistribution&) const = default;

 private:
  uint8_t family_;
  std::vector<double> parameters_;
};

/// Names of all families, for help texts and forms.
std::vector<std::string> base_names();

}  // namespace yonder::density
