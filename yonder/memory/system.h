// SPDX-License-Identifier: Apache-2.0
// The matrices: x' = A x + B u (legs, fous: x' = (A x + B u) / t) of every measure, in every
// normalisation and both directions of time, and their discretisations. Dense and obvious: what
// students read and tests trust. Streams use the O(N) forms of recurrence.h instead.
//
//   System s = system({MeasureKind::legt, 1.0}, 8, Normalization::lmu);
//   Discrete d = discretise(s, Rule::bilinear, 0.01);
//
// Source and errata (post's Fourier matrix, LMU's reversed time, window scales of peers):
// docs/math/memory.md. Tests: system_test.cpp (test vectors V3, V6), discretization_test.cpp.
#pragma once

#include "yonder/memory/measure.h"

#include <complex>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace yonder::memory {

/// Scales of the coefficients c_n of u ~ sum over the window, s in [-1, 1], newest at s = 1 (lmu:
/// at s = -1): orthonormal c_n = int u g_n ds with g_n = sqrt((2n+1)/2) P_n; hippo = c / sqrt 2
/// (c_0 is the window's mean); value c_n sqrt((2n+1)/2), so u ~ sum c_n P_n(s); lmu = value with
/// (-1)^n.
enum class Normalization : uint8_t { orthonormal, hippo, value, lmu };
/// "orthonormal", "hippo", "value", "lmu".
const std::vector<std::string>& normalization_names();
Normalization parse_normalization(std::string_view name);

enum class Rule : uint8_t { forward, backward, bilinear, gbt, zoh, foh };
/// "forward", "backward", "bilinear", "gbt", "zoh", "foh".
const std::vector<std::string>& rule_names();
Rule parse_rule(std::string_view name);

/// Row-major.
struct Matrix {
  int64_t rows = 0, columns = 0;
  std::vector<double> values;
  double& at(int64_t i, int64_t j) { return values[static_cast<size_t>(i * columns + j)]; }
  double at(int64_t i, int64_t j) const { return values[static_cast<size_t>(i * columns + j)]; }
};

struct System {
  Matrix a;                   ///< [N, N]
  std::vector<double> b;      ///< [N]
  bool time_varying = false;  ///< legs, fous: to be divided by t
};

/// order: N (fout: real form of size 2 M + 2 with M = (N - 2) / 2, N even). width as in measure.
/// Throws Error(bad_option) for kinds without a system (window) and sizes outside 1..4096.
System system(const Measure& measure, int64_t order, Normalization norm = Normalization::hippo);

struct Discrete {
  Matrix a;  ///< x_{k+1} = a x_k + b u_k (foh: + b_next u_{k+1})
  std::vector<double> b;
  std::vector<double> b_next;  ///< foh only, else empty
};
/// step > 0. alpha: of gbt (0 forward, 1/2 bilinear, 1 backward). Time-invariant systems only; legs
/// is discretised in log time by legs_step(). Forward Euler beyond its stability limit is
/// Error(bad_option) naming `bilinear`, unless allow_unstable.
Discrete discretise(const System& system, Rule rule, double step, double alpha = 0.5,
                    bool allow_unstable = false);
/// Sample k (k >= 1, covering [k, k+1)) of legs or fous: x_{k+1} = a x_k + b u_k, with the weight
/// ln((k+1)/k) of the held input (exact in log time; bilinear as in docs/math/memory.md).
Discrete legs_step(const System& system, Rule rule, int64_t k, double alpha = 0.5,
                   bool allow_unstable = false);

/// The largest step of forward Euler that keeps all modes bounded.
double forward_euler_limit(const System& system);

/// Coefficients [N] from one normalisation to another. Legendre measures only.
std::vector<double> convert(const std::vector<double>& coefficients, Normalization from,
                            Normalization to);

}  // namespace yonder::memory
