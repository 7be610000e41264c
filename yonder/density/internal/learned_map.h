// SPDX-License-Identifier: Apache-2.0
// Location and scale of the base fitted jointly with the coefficients. The coefficients are
// profiled out: F(t, ln s) is the best likelihood of all densities under that map, found with its
// certificate by find_optimum(), and its gradient is the partial one at the optimum (envelope
// theorem). L-BFGS over the two numbers then needs a few dozen warm-started fits. F may have
// several minima; the one reached from the base's own estimate is returned, with the certificate of
// its coefficients. Formulas: docs/math/density.md, "Learned map". Test: learned_map_test.cpp.
#pragma once

#include "yonder/density/base_distribution.h"
#include "yonder/density/internal/mapped_sample.h"
#include "yonder/density/internal/optimum.h"

namespace yonder::density::internal {

struct LearnedMap {
  BaseDistribution base;
  MappedSample mapped;
  Optimum optimum;
};

/// Partial derivatives of the negative log-likelihood in units of y with respect to t and ln s, at
/// coefficients b.
struct MapGradient {
  double location = 0;
  double log_scale = 0;
};
MapGradient map_gradient(const WeightedValues& values, const MappedSample& mapped,
                         const BaseDistribution& base, const Coefficients& b, int threads);

LearnedMap learn_map(const WeightedValues& values, const BaseDistribution& base,
                     const Coefficients& start, const OptimumSettings& settings);

}  // namespace yonder::density::internal
