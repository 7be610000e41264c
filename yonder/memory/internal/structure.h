// SPDX-License-Identifier: Apache-2.0
// What makes a step of a recurrence cost O(N): the matrices of the measures are full, but two
// vectors describe each of their triangles, or one vector what couples their modes.
//
// Semiseparable (legs, legt, lagt): A = diag(d) + lower(p_n q_k) + upper(s_n t_k). I - rho A is
// factored as L U without pivoting, and both factors keep that form, so that solving is one sweep
// down and one up with a running sum each. For legt this is stable because the symmetric part of
// I - rho A is the identity plus two positive rank-one terms; measured against long double the
// error is below that of a dense solver with pivoting (semiseparable_test.cpp, N to 1,024, rho/w
// from 1e-6 to 5). The splitting A = -(v v^T + 2 L)/w with Sherman-Morrison, which looks simpler,
// loses all digits (docs/math/memory.md, erratum 9).
// Rotations (fout): A = blocks [0 turn; -turn 0] - coupling q q^T: a diagonal solve and one sum.
//
// States are [N][pitch], channels side by side. Test: structure_test.cpp against dense matrices.
#pragma once

#include "yonder/memory/measure.h"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace yonder::memory::internal {

struct Semiseparable {
  std::vector<double> d, p, q;  ///< [N]
  std::vector<double> s, t;     ///< [N], or empty: lower triangular
  double input = 0;             ///< B = input p where that holds, else 0

  size_t order() const { return d.size(); }
  bool triangular() const { return s.empty(); }
};

/// legs (and legs-step), legt, lagt.
Semiseparable semiseparable(const Measure& measure, int64_t order);

/// L U of I - rho A: y_n = v_n - p_n sum_{j<n} beta_j y_j; z_n = (y_n - s_n sum_{j>n} t_j z_j) /
/// u_n.
struct SemiseparableFactor {
  std::vector<double> p, beta;      ///< [N]
  std::vector<double> kappa;        ///< 1 - beta p, without cancellation
  std::vector<double> inverse;      ///< 1 / u
  std::vector<double> s, t;         ///< [N], or empty
  std::vector<double> kappa_upper;  ///< 1 - s t / u, without cancellation
};
/// rho >= 0.
SemiseparableFactor factor(const Semiseparable& a, double rho);

struct Rotations {
  std::vector<double> turn;  ///< [N/2], radians per unit of time
  std::vector<double> q;     ///< [N/2], weights of the cosines; sines have none
  double coupling = 0;       ///< A = blocks - coupling q q^T, B = coupling q

  size_t order() const { return 2 * turn.size(); }
};

/// fout.
Rotations rotations(const Measure& measure, int64_t order);

}  // namespace yonder::memory::internal
