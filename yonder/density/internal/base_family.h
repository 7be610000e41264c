// SPDX-License-Identifier: Apache-2.0
// What a family of base distributions is to base_distribution.cpp: one row of bases/table.cpp. Both
// tails are given separately, each with full relative accuracy, so that nothing is ever computed
// from 1 - F. A new family is a file in bases/ and a row of the table.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace yonder::density::internal {

/// What a family is fitted to.
struct BaseSample {
  std::span<const double> values;    ///< [n], finite, at least two of them distinct
  std::span<const double> weights;   ///< [n] >= 0, not all 0, or empty (all 1)
  std::string_view argument;         ///< what follows the colon: "3" of "student:3"; may be empty
  const double* location = nullptr;  ///< given, not to be fitted
  const double* scale = nullptr;     ///< given, not to be fitted
  uint64_t seed = 0;                 ///< of random starts

  double weight(size_t i) const { return weights.empty() ? 1.0 : weights[i]; }
};

struct BaseFamily {
  uint8_t number;         ///< in files
  std::string_view name;  ///< "student"
  std::string_view help;
  std::string_view argument;  ///< how the argument is called in messages; empty: there is none
  /// Says what is wrong with the parameters; empty: nothing.
  std::string (*complaint)(std::span<const double> parameters);
  /// P(Y <= y) and P(Y > y), each relatively accurate down to underflow.
  double (*lower_tail)(std::span<const double> parameters, double y);
  double (*upper_tail)(std::span<const double> parameters, double y);
  /// Their logarithms, accurate where the tails themselves underflow.
  double (*log_lower_tail)(std::span<const double> parameters, double y);
  double (*log_upper_tail)(std::span<const double> parameters, double y);
  /// y with that mass (in (0, 1/2], the mixture: (0, 1)) below or above it.
  double (*lower_quantile)(std::span<const double> parameters, double mass);
  double (*upper_quantile)(std::span<const double> parameters, double mass);
  double (*log_density)(std::span<const double> parameters, double y);
  double (*log_density_slope)(std::span<const double> parameters, double y);
  double (*log_density_curvature)(std::span<const double> parameters, double y);
  /// ln density falls like -|y|^growth; 0: like a logarithm.
  int growth;
  bool (*has_moment)(std::span<const double> parameters, int n);
  double (*location)(std::span<const double> parameters);
  double (*scale)(std::span<const double> parameters);
  /// The parameters of the distribution moved and stretched to this location and scale.
  std::vector<double> (*with)(std::span<const double> parameters, double location, double scale);
  /// Maximum likelihood (where a file says otherwise: what it says).
  std::vector<double> (*fit)(const BaseSample& sample);
};

extern const BaseFamily kLogistic;
extern const BaseFamily kNormal;
extern const BaseFamily kLaplace;
extern const BaseFamily kStudent;
extern const BaseFamily kCauchy;
extern const BaseFamily kMixture;

/// All rows of bases/table.cpp.
std::span<const BaseFamily* const> base_families();

/// P(Z > u) of a standard normal and its inverse, mass in (0, 1).
double normal_tail(double u);
double normal_log_tail(double u);
double normal_tail_quantile(double mass);

/// Weighted statistics that several families start from.
double weighted_mean(const BaseSample& sample);
double weighted_median(const BaseSample& sample);
/// Root of the mean squared distance to `centre`.
double weighted_deviation(const BaseSample& sample, double centre);
/// Half the distance between the weighted quartiles, or where that is 0 a millionth of the range.
double half_interquartile_range(const BaseSample& sample);

}  // namespace yonder::density::internal
