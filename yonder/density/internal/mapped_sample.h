// SPDX-License-Identifier: Apache-2.0
// From a user's numbers to a Sample on the circle: checks them, drops zero weights, and applies the
// domain's map or the base's. Test: fit_test.cpp.
#pragma once

#include "yonder/density/base_distribution.h"
#include "yonder/density/domain.h"
#include "yonder/density/internal/likelihood.h"

#include <cstdint>
#include <span>
#include <vector>

namespace yonder::density::internal {

/// Checked numbers with weights > 0 that sum to 1.
struct WeightedValues {
  std::vector<double> y;
  std::vector<double> w;
};

/// values: [n]; weights: [n] >= 0, or empty for equal ones. Throws Error(bad_data) naming up to
/// five indices, counted from first_index on: not finite, outside an interval; sizes that differ,
/// negative weights, total zero.
WeightedValues check_values(std::span<const double> values, std::span<const double> weights,
                            const Domain& domain, uint64_t first_index = 0);

/// A sample on the circle with the map's share of the likelihood.
struct MappedSample {
  Sample sample;
  double log_slope = 0;  ///< sum_j w_j ln(q(y_j) / p(x_j)): NLL in units of y is L - log_slope
};

/// base: needed on the line, null elsewhere.
MappedSample map_to_circle(const WeightedValues& values, const Domain& domain,
                           const BaseDistribution* base, int threads);

/// How many different points a sample has, counted up to `most`.
size_t count_distinct(std::span<const double> x, size_t most);

/// Real parameters of a fit: 2 N, or N of an even series.
int64_t free_parameters(int64_t order, const Domain& domain);

/// Throws Error(bad_data) where the likelihood of this order has no finite best: one distinct
/// point, or more parameters than distinct points and no penalty.
void require_distinct(size_t distinct, const Domain& domain, int64_t order, double gamma);
/// The same, counting.
void require_distinct(const Sample& sample, const Domain& domain, int64_t order, double gamma);

}  // namespace yonder::density::internal
