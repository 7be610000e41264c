// SPDX-License-Identifier: Apache-2.0
// The first pass over a block of samples: mirrored samples are added and subtracted, and the
// block's energy is taken. Highway kernels chosen at run time; samples are read once per function
// while they are in the first cache. Test: fold_test.cpp against plain loops.
#pragma once

#include <cstddef>

namespace yonder::memory::internal {

/// One channel, u [nodes]: for j < nodes / 2
///   even[j] = (u[j] - u[0]) + (u[nodes-1-j] - u[0]),  odd[j] = u[j] - u[nodes-1-j];
/// the middle one of an odd number of nodes stands alone in even and as 0 in odd. Both
/// [(nodes + 1) / 2].
void fold(const float* u, size_t nodes, float* even, float* odd);
void fold(const double* u, size_t nodes, double* even, double* odd);

/// The same for `width` channels side by side: u [nodes][pitch], even and odd [(nodes + 1) / 2]
/// [width].
void fold_channels(const float* u, size_t nodes, size_t pitch, size_t width, float* even,
                   float* odd);
void fold_channels(const double* u, size_t nodes, size_t pitch, size_t width, double* even,
                   double* odd);

/// energy[c] = sum over cells of u^2 (linear: of the integral of the squared line, u0^2 + u0 u1 +
/// u1^2 over 3), in double. u [cells (linear: + 1)][channels].
void block_energy(const float* u, size_t cells, size_t channels, bool linear, double* energy);
void block_energy(const double* u, size_t cells, size_t channels, bool linear, double* energy);

}  // namespace yonder::memory::internal
