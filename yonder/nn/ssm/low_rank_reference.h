// SPDX-License-Identifier: Apache-2.0
// The kernel of S4 as its paper computes it: the truncated generating function at the roots of
// unity and an inverse Fourier sum. Plain loops over full conjugate pairs. Tests only.
#pragma once

#include "yonder/nn/safetensors_io.h"

#include <cstdint>
#include <vector>

namespace yonder::nn {

/// Channel `channel` of the system of these parameters (low_rank.cpp), float64. With
/// C~ = (1 - A^L)^* C, R = (2/e)(1-z)/(1+z) - pole,
///   G(z) = 2/(1+z) C~^* (R + P P^*)^-1 B by Woodbury,  G(-1) = (e/2) C~^* B,
///   K_l = (1/L) sum_j G(z_j) z_j^-l.
std::vector<double> generating_function_kernel(const NamedTensors& parameters, int64_t channel,
                                               int64_t length);

}  // namespace yonder::nn
