// SPDX-License-Identifier: Apache-2.0
// What a memory weighs: one row of measures/table.cpp per measure.
//
// legs          the whole history, uniformly (scaled Legendre): exact block moments and merge
// legs-step     the same by a recurrence per sample (for comparison, and as a layer's operator)
// legt:WINDOW   the last WINDOW time units (translated Legendre, LMU): approximate beyond its band
// lagt:THETA    an exponentially fading past of scale THETA (Laguerre)
// fout:WINDOW   the last WINDOW in Fourier modes (with the doubled coupling, docs/math/memory.md)
// fous          the whole history in Fourier modes: approximate, offered with a warning
// chebt:WINDOW  the last WINDOW in Chebyshev polynomials (tau method)
// window:WINDOW the last WINDOW exactly, up to one block: a queue of mergeable blocks
// Source: Gu et al. 2020 (HiPPO), kexue.fm 10114, 10137, 10162, 10180. Test: measure_test.cpp.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace yonder::memory {

enum class MeasureKind : uint8_t {
  legs = 0,
  legs_step = 1,
  legt = 2,
  lagt = 3,
  fout = 4,
  window = 5,
  fous = 6,
  chebt = 7
};

struct Measure {
  MeasureKind kind = MeasureKind::legs;
  double width = 0;  ///< window w or theta, in time units, > 0 where the kind has one
  double alpha = 0;  ///< lagt: order of the Laguerre family, > -1
  double beta = 0;   ///< lagt: tilt in [0, 1]; 0: functions orthonormal in time, e^(-s/2) L_n(s);
                     ///< 1: polynomials under the weight e^-s

  /// Reads "legs", "legt:4096", "lagt:1000", "lagt:1000:ALPHA:BETA", ... Throws Error(bad_option).
  static Measure parse(std::string_view text);
  /// The shortest text that parse() reads back to the same measure.
  std::string text() const;
  /// Throws Error(bad_option) for numbers that parse() would refuse.
  void validate() const;
  bool operator==(const Measure&) const = default;
};

/// What a row of the table says about a measure.
struct MeasureRow {
  MeasureKind kind;
  std::string name;  ///< "legt"
  std::string help;  ///< one line
  bool has_width = false;
  bool mergeable = false;
  bool approximate = false;  ///< the system itself is an approximation of the projection
};
/// All rows, in the order of MeasureKind.
const std::vector<MeasureRow>& measures();
const MeasureRow& row_of(MeasureKind kind);

/// The functions of which a summary is a sum: u(T - age) ~ sum_n c_n values[n], with c in hippo
/// normalisation (legs, legt, window: sqrt(2n+1) P_n; fout, fous: 1, 0, sqrt 2 cos, sqrt 2 sin,
/// ...; chebt: T_n; lagt: Laguerre functions of age / theta, over sqrt(theta)).
/// age 0 is the newest moment; length, the interval remembered (lagt: unused), puts it at s = 1 -
/// 2 age / length. values [N].
void basis(const Measure& measure, double age, double length, std::span<double> values);
/// d/dt of the same, per time unit: the negative of the slope in age. values [N].
void basis_derivative(const Measure& measure, double age, double length, std::span<double> values);

}  // namespace yonder::memory
