// SPDX-License-Identifier: Apache-2.0
// A and B of a measure as a recurrence needs them: products, solutions of (I - rho A) z = v, and
// whole steps of an implicit rule, for many channels at once and without the matrix where that has
// structure (structure.h). chebt and fous have none that is known to be stable; they are reduced to
// Hessenberg form once, so that a step costs O(N^2) for any rho. Test: operator_test.cpp.
#pragma once

#include "yonder/memory/measure.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

namespace yonder::memory::internal {

/// One step: (I - rho A) x' = (I + lambda A) x + omega B u. lambda, rho, omega >= 0.
struct StepWeights {
  double lambda = 0, rho = 0, omega = 0;
  bool operator==(const StepWeights&) const = default;
};

template <typename Scalar>
class Operator {
 public:
  virtual ~Operator() = default;
  const std::vector<double>& input() const { return input_; }  ///< B [N]
  size_t order() const { return input_.size(); }
  /// An upper bound of the 1-norm of A, within a factor of 2.
  virtual double norm() const = 0;
  /// y = A x; both [N][pitch].
  virtual void apply(const Scalar* x, Scalar* y, size_t pitch) const = 0;
  /// `count` steps of x [N][pitch] with the input u [count][pitch]. pitch a multiple of kLanes.
  void step(const StepWeights& weights, Scalar* x, const Scalar* u, size_t count, size_t pitch);

 protected:
  explicit Operator(std::vector<double> input) : input_(std::move(input)) {}
  /// The same without a product with A; called where lambda <= 3 rho, because it amplifies rounding
  /// by 1 + 2 lambda / rho. False: there is no such form.
  virtual bool fused_step(const StepWeights& weights, Scalar* x, const Scalar* u, size_t count,
                          size_t pitch) = 0;
  /// v := (I - rho A)^-1 v.
  virtual void solve(double rho, Scalar* v, size_t pitch) = 0;

 private:
  std::vector<double> input_;
  std::vector<Scalar> product_;
};

/// Every measure that has a system.
template <typename Scalar>
std::unique_ptr<Operator<Scalar>> make_operator(const Measure& measure, int64_t order);

}  // namespace yonder::memory::internal
