// SPDX-License-Identifier: Apache-2.0
// One exact step without the matrix exponential: x(h) of x' = A x + B u for an input that is held
// or goes along a line, by Taylor sums of products with A. For cells of any length (irregular
// times) and for systems whose exponential changes from step to step (legs, fous in log time).
// Cost: about 24 products per 2 units of h |A|_1, O(N) each where A has structure.
// Source: Al-Mohy and Higham 2011, with fixed degree and bound. Test: exponential_action_test.cpp
// against the dense exponential.
#pragma once

#include "yonder/memory/internal/operator.h"

#include <cstddef>
#include <vector>

namespace yonder::memory::internal {

class ExponentialAction {
 public:
  explicit ExponentialAction(const Operator<double>& a) : a_(a), norm_(a.norm()) {}

  /// x [N][pitch] over `length`; the input is u + w with w = 0 at first and w' = growth w + slope
  /// (growth 0: a line; 1: a line in the exponential of time). u, slope [pitch].
  void advance(double length, double growth, const double* u, const double* slope, double* x,
               size_t pitch);

 private:
  const Operator<double>& a_;
  double norm_;
  std::vector<double> term_, next_, w_, w_term_;
};

}  // namespace yonder::memory::internal
