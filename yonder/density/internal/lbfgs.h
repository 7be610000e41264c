// SPDX-License-Identifier: Apache-2.0
// Minimises a smooth function by limited-memory BFGS with a line search for the weak Wolfe
// conditions: the approach to an optimum that Newton's method finishes. Good far from the optimum
// and cheap; slow near it. Works in complex coordinates read as real pairs, so it is equivariant
// under multiplication of coordinates by phases (a rotated sample gives the rotated fit).
// Source: Nocedal and Wright, Numerical Optimization, algorithm 7.5; Lewis and Overton 2013 for the
// line search. Test: lbfgs_test.cpp.
#pragma once

#include "yonder/density/internal/circle_grid.h"

#include <cstdint>
#include <functional>

namespace yonder::density::internal {

struct LbfgsSettings {
  int64_t max_steps = 500;
  double relative_change = 1e-9;  ///< stops when one step gains less than this times max(1, |f|)
  double gradient_norm = 0;       ///< or when the gradient is this small
  double first_scale = 0.5;       ///< of the first step: an inverse of the curvature at the start
};

struct LbfgsResult {
  Coefficients b;
  double value = 0;
  int64_t steps = 0;
};

/// evaluate(b, g) returns the function and writes its gradient; it may return infinity or NaN
/// outside its domain, but not at the start. after_step(value, steps), where given, may throw.
LbfgsResult lbfgs(Coefficients start,
                  const std::function<double(const Coefficients& b, Coefficients& g)>& evaluate,
                  const LbfgsSettings& settings,
                  const std::function<void(double value, int64_t steps)>& after_step = {});

}  // namespace yonder::density::internal
