// SPDX-License-Identifier: Apache-2.0
// The peer: LegS as the HiPPO authors' hippo-code steps it, one trapezoidal step per sample,
// without the cost of tensors around it. Compiled with -O3 -march=native (CMakeLists.txt).
//
// x' = (I - A/2t)^-1 ((I + A/2t) x + B u/t) in hippo normalisation, x = (u_0, 0, ...) after the
// first sample, t = k at sample k; both products in O(N) by prefix sums, with the roots and
// divisions in the loop and the copy of the state that it makes. Source: Gu et al. 2020,
// HazyResearch/hippo-code (hippo.legs, trapezoid); written anew from the formulas.
#pragma once

#include <cstddef>
#include <vector>

namespace yonder::benchmark {

template <typename Scalar>
class HippoLegs {
 public:
  explicit HippoLegs(size_t order);
  void push(const Scalar* samples, size_t count);
  void push_tuned(const Scalar* samples, size_t count);
  const std::vector<Scalar>& state() const { return state_; }

 private:
  std::vector<Scalar> state_;
  std::vector<Scalar> work_;
  std::vector<Scalar> roots_;  // sqrt(2n+1)
  size_t seen_ = 0;
};

}  // namespace yonder::benchmark
