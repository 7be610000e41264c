// SPDX-License-Identifier: Apache-2.0
// How well a density describes data it may not have seen, and how far two densities are apart.
// Works for the baselines too. Test: goodness_of_fit_test.cpp.
#pragma once

#include "yonder/density/estimator.h"
#include "yonder/density/model.h"

#include <cstdint>
#include <span>
#include <vector>

namespace yonder::density {

struct GoodnessOfFit {
  uint64_t samples = 0;
  double nll = 0;           ///< nats per sample
  double nll_error = 0;     ///< standard error of the mean
  double bits = 0;          ///< nll / ln 2
  double ks = 0;            ///< Kolmogorov-Smirnov distance of the probability integral transform
  double ks_p_value = 0;    ///< asymptotic (Kolmogorov's distribution; Stephens' correction)
  std::vector<double> pit;  ///< histogram of cdf(y) in equal bins, fractions
};
GoodnessOfFit goodness_of_fit(const Estimator& density, std::span<const double> values,
                              std::span<const double> weights = {}, int64_t bins = 20);

struct Distances {
  double wasserstein = 0;      ///< W1 in units of y (circle: around the circle); may be infinite
  double total_variation = 0;  ///< 1/2 int |p - q|
  double error = 0;            ///< estimate of the quadratures' error
};
Distances distances(const Model& p, const Model& q);

/// Mean continuous ranked probability score of values, in units of y; infinite for tails of
/// |y|^-1/2 or heavier.
double crps(const Model& model, std::span<const double> values);

}  // namespace yonder::density
