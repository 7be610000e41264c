// SPDX-License-Identifier: Apache-2.0
// Start values of state space layers: the poles and vectors with which S4 and S4D begin. Only
// arithmetic; the layer itself belongs to nn.
//
// legs keeps its A here but drops the division by time, so such a layer fades exponentially; it
// does not remember the whole history (docs/math/memory.md, erratum 11).
// Source: Gu et al. 2022 (S4; S4D, "On the Parameterization and Initialization of Diagonal State
// Space Models"); kexue.fm 10162. Test: ssm_start_test.cpp.
#pragma once

#include "yonder/memory/measure.h"
#include "yonder/memory/system.h"

#include <complex>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace yonder::memory {

enum class DiagonalStart : uint8_t { lin, inv, legs };
/// "lin", "inv", "legs".
const std::vector<std::string>& diagonal_start_names();
/// Throws Error(bad_option) naming the nearest.
DiagonalStart parse_diagonal_start(std::string_view name);

/// Poles [N/2] with positive imaginary part, each standing for itself and its conjugate; real part
/// -1/2. With n = 0 ... N/2 - 1:
///   lin   i pi n                                  (n = 0 is the pole -1/2)
///   inv   i (N/pi) (N/(2n+1) - 1)
///   legs  the eigenvalues of legs's A + r r^T/2, ascending
/// state: N, even, 2 to 4096.
std::vector<std::complex<double>> diagonal_start(DiagonalStart start, int64_t state);

/// A = V (diag(poles) - sum over k of p_k p_k^*) V^*, V unitary: normal plus low rank, which costs
/// no accuracy, unlike diagonalising A.
struct NormalPlusLowRank {
  std::vector<std::complex<double>> poles;           ///< [N], by ascending imaginary part
  std::vector<std::vector<std::complex<double>>> p;  ///< [rank][N]; legs, fout: 1, legt: 2
  std::vector<std::complex<double>> b;               ///< V^* B, [N]
};
/// legs (r r^T/2), legt (even and odd part of r, over w) and fout (2 q q^T/w).
NormalPlusLowRank normal_plus_low_rank(const Measure& measure, int64_t order);

}  // namespace yonder::memory
