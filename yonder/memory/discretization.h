// SPDX-License-Identifier: Apache-2.0
// From a system to a recurrence: the matrices of one step under each rule, dense and obvious. What
// students read and tests trust; streams use the O(N) forms of internal/recurrence.h.
//
//   Discrete d = discretise(system(Measure::parse("legt:1"), 8), Rule::bilinear, 0.01);
//
// forward   x' = (I + eA) x + e B u; unstable beyond forward_euler_limit()
// backward  (I - eA) x' = x + e B u
// gbt       (I - a e A) x' = (I + (1-a) e A) x + e B u; bilinear: a = 1/2
// zoh       x' = exp(eA) x + A^-1 (exp(eA) - I) B u: exact for an input held over the step
// foh       exact for an input that is linear over the step
// Source: Gu et al. 2020 (HiPPO), appendix B; kexue.fm 10137. The input weight of legs and what the
// post and its peers use instead: docs/math/memory.md. Test: discretization_test.cpp (vector V3).
#pragma once

#include "yonder/memory/system.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace yonder::memory {

enum class Rule : uint8_t { forward, backward, bilinear, gbt, zoh, foh };

/// "forward", "backward", "bilinear", "gbt", "zoh", "foh".
const std::vector<std::string>& rule_names();
/// Throws Error(bad_option) naming the nearest.
Rule parse_rule(std::string_view name);
/// How implicit a rule is: 0 forward, 1/2 bilinear, 1 backward, `alpha` for gbt. Not for zoh, foh.
double implicitness(Rule rule, double alpha);

struct Discrete {
  Matrix a;  ///< x_{k+1} = a x_k + b u_k (foh: + b_next u_{k+1})
  std::vector<double> b;
  std::vector<double> b_next;  ///< foh only, else empty
};

/// step > 0. alpha: of gbt. Time-invariant systems only; legs is discretised by legs_step().
/// A step beyond stable_step() is Error(bad_option) naming `bilinear`, unless allow_unstable.
/// Cost: O(N^3).
Discrete discretise(const System& system, Rule rule, double step, double alpha = 0.5,
                    bool allow_unstable = false);

/// Sample k (k >= 1, covering [k, k+1)) of legs or fous: x_{k+1} = a x_k + b u_k, the input with
/// the weight ln((k+1)/k) it has when it is held, zoh and foh exact:
///   gbt: (I - a A/(k+1)) x' = (I + (1-a) A/k) x + ln((k+1)/k) B u.
/// x_1 = (u_0, 0, ...) is exact. Forward Euler, and gbt with alpha < 1/2, are Error(bad_option)
/// while a mode grows (docs/math/memory.md, erratum 7), unless allow_unstable.
Discrete legs_step(const System& system, Rule rule, int64_t k, double alpha = 0.5,
                   bool allow_unstable = false);

/// The largest step of forward Euler at which no mode grows: min over poles of -2 Re p / |p|^2.
/// Time-varying systems: the largest 1 / k.
double forward_euler_limit(const System& system);

/// The same for the rule of that implicitness, of a time-invariant system: the limit of forward
/// Euler divided by 1 - 2 alpha; infinity from alpha = 1/2 on, where no step is too long.
double stable_step(const System& system, double alpha);

/// What messages call a rule that has a limit: "forward Euler" or "gbt with alpha 0.3".
std::string explicit_rule_name(double alpha);

}  // namespace yonder::memory
