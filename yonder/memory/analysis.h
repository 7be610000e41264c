// SPDX-License-Identifier: Apache-2.0
// What a memory can hold before it is built: poles, the delay that legt really is, the weight of
// every age, and how many coefficients a signal needs.
//
//   choose(3, 60, 0.01).order          // coefficients for tones up to 3 Hz over 60 s, to 1 %
//   std::abs(delay_transfer(32, {0, 48}) - std::polar(1.0, -48.0))
//
// No matrix is diagonalised beyond what can be trusted: the eigenvectors of legs and legt are as
// good as dependent from N = 16 on (condition 8e10 and 9e7), and a general solver prints poles of
// legt that do not exist. Source: docs/math/memory.md. Test: analysis_test.cpp.
#pragma once

#include "yonder/memory/measure.h"
#include "yonder/memory/system.h"

#include <complex>
#include <cstdint>
#include <span>
#include <vector>

namespace yonder::memory {

/// The eigenvalues of A [N], by ascending imaginary part; of legs and fous in the logarithm of
/// time. legs, lagt: the diagonal. legt: the zeros of the denominator of the [N-1/N] Pade
/// approximant of exp(-s), which are where sum over j != i of 2/(z_i - z_j) = 1 + (2N-1)/z_i:
/// Newton's method on these equations, whose solutions are well conditioned, from the poles of half
/// the order; relative error about 1e-15 (order <= 512). Others: a general solver, and
/// Error(numerical) where its eigenvectors make the result worthless.
std::vector<std::complex<double>> poles(const Measure& measure, int64_t order);

/// H(s) = C (s I - A)^-1 B of legt:1 with C_n = (-1)^n sqrt(2n+1): what the memory answers for
/// u(T - 1), against exp(-s). Re s >= 0. O(N).
std::complex<double> delay_transfer(int64_t order, std::complex<double> s);

/// The largest angular frequency w, in radians per window, up to which |H(iw) - exp(-iw)| <= error.
/// 0 < error < 1. About 1.5 N for 1 to 10 %.
double delay_bandwidth(int64_t order, double error);

/// [ages][N]: the weight with which an input of each age stands in the coefficients. ages >= 0, not
/// falling; legs and fous at time 1, so at most 1.
Matrix memory_kernels(const Measure& measure, int64_t order, std::span<const double> ages);

/// Relative rms of what N Legendre coefficients leave out of a tone with `cycles` cycles over the
/// window, averaged over its phase: sqrt(sum over n >= N of (2n+1) j_n(pi cycles)^2), j_n the
/// spherical Bessel functions. About 10 % at N = pi cycles + 2 to 5, and falling fast from there.
double tone_error(int64_t order, double cycles);

/// How many coefficients, and what else limits the result.
struct Advice {
  double cycles = 0;       ///< of the highest frequency over the window
  int64_t order = 0;       ///< N of legs (window = all of the past) and window
  double error = 0;        ///< tone_error() of that order
  int64_t legt_order = 0;  ///< N of legt, whose delay has to be good enough too; 0: above 4096
  double samples_per_cycle = 0;  ///< below that, the steps of held samples are worse than `error`
};
/// frequency: the highest one wanted, per time unit; window: time units to look back; error:
/// relative rms, in (0, 1). Throws Error(bad_option) for other numbers, and where more than 4,096
/// coefficients are needed.
Advice choose(double frequency, double window, double error);

}  // namespace yonder::memory
