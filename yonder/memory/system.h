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
#include "yonder/memory/normalization.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace yonder::memory {

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

}  // namespace yonder::memory
