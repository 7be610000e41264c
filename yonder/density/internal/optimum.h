// SPDX-License-Identifier: Apache-2.0
// The schedule of a full-batch fit: L-BFGS for the approach (over cells, if the sample is large),
// Newton's method on the whole sample, the certificate, and, where that shows a stationary point
// not to be the best, a step towards the density it names and the same again. Test:
// optimum_test.cpp.
#pragma once

#include "yonder/base/progress.h"
#include "yonder/density/internal/likelihood.h"

#include <cstdint>
#include <string>

namespace yonder::density::internal {

struct OptimumSettings {
  double gamma = 0;
  double gap_tolerance = 1e-8;  ///< nats; with a penalty, of the squared gradient norm instead
  int64_t max_steps = 500;      ///< of L-BFGS and of Newton each
  int threads = 1;
  Progress* progress = nullptr;
};

struct Optimum {
  Coefficients b;       ///< sum |b|^2 = 1, not canonical
  double value = 0;     ///< L(b), penalty included
  double penalty = 0;   ///< gamma R(b)
  double gap = -1;      ///< nats; -1 with a penalty
  bool reached = true;  ///< the tolerance
  int64_t lbfgs_steps = 0;
  int64_t newton_steps = 0;
};

/// The best density of this order for the sample, from `start` (its size is order + 1).
Optimum find_optimum(const Sample& sample, const Coefficients& start,
                     const OptimumSettings& settings);

/// b = (1, 0, ..., 0): the uniform density, from which every fit starts. It needs no noise: it is
/// stationary only where it is the best, and a rotated sample then gives the rotated fit.
Coefficients uniform_start(int64_t order);

}  // namespace yonder::density::internal
