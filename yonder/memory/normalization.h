// SPDX-License-Identifier: Apache-2.0
// The scales in which Legendre coefficients are written down, and exact ways between them: only a
// diagonal lies between any two. The default, and the form in which everything is stored, is
// hippo. Peers use one each without naming it (table in docs/math/memory.md).
//
// For s in [-1, 1], newest sample at s = 1, and r_n = sqrt(2n+1):
//   orthonormal  c_n = int u g_n ds, g_n = sqrt((2n+1)/2) P_n     (kexue.fm 10114)
//   hippo        c_n / sqrt 2: c_0 is the mean, sum c_n^2 the mean square (HiPPO, S4: B_n = r_n)
//   value        c_n r_n / sqrt 2: u ~ sum c_n P_n(s)
//   lmu          value times (-1)^n: u ~ sum c_n P_n(-s), time runs backwards (LMU)
// Test: normalization_test.cpp.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace yonder::memory {

enum class Normalization : uint8_t { orthonormal, hippo, value, lmu };

/// "orthonormal", "hippo", "value", "lmu".
const std::vector<std::string>& normalization_names();
/// Throws Error(bad_option) naming the nearest.
Normalization parse_normalization(std::string_view name);

/// What coefficient n in hippo normalisation is multiplied by to be in `norm`. n >= 0.
double from_hippo(Normalization norm, int64_t n);

/// Coefficients [N] from one normalisation to another. Legendre measures only.
std::vector<double> convert(const std::vector<double>& coefficients, Normalization from,
                            Normalization to);

}  // namespace yonder::memory
