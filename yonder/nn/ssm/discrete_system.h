// SPDX-License-Identifier: Apache-2.0
// A bank of D linear systems with one input and one output each, in discrete time:
//
//     x_t = A x_(t-1) + B u_t,   y_t = C x_t,   x of N real numbers per channel,
//
// and the three equal ways to run it. All are differentiable in the parameters, the input and the
// state.
//
// convolution  y = K * u with the kernel K_l = C A^l B, by FFT: training, no state
// scan         chunks of m positions by matrix products, the state carried between them: prefill,
//              long inputs in pieces
// step         one position, O(N): decoding
//
// A system is made from parameters for one use; everything that depends on parameters only is
// computed in float64, whatever type the input has. Source: Gu et al. 2022 (S4, arXiv 2111.00396),
// section 3.7 of docs/math/memory.md. Test: discrete_system_test.cpp.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <utility>

namespace yonder::nn {

/// What a chunk of m positions does to the state and to the output.
struct ScanBlock {
  at::Tensor impulse;  ///< [D, m]: C A^l B
  at::Tensor observe;  ///< [D, m, N]: C A^(l+1), the output of the state before the chunk
  at::Tensor reach;    ///< [D, N, m]: A^(m-1-j) B, what input j adds to the state after it
  at::Tensor advance;  ///< A^m: real [D, N, N], or complex [D, N/2] for pairs (Re, Im) of the state
};

struct OutputAndState {
  at::Tensor output;  ///< [B, T, D] or [B, D]
  at::Tensor state;   ///< [B, D, N]
};

class DiscreteSystem {
 public:
  virtual ~DiscreteSystem() = default;
  /// N, and D.
  virtual int64_t order() const = 0;
  virtual int64_t width() const = 0;
  virtual at::Device device() const = 0;
  /// [D, length], of the type `type` (float32 or float64). No tensor of D N length numbers is made.
  virtual at::Tensor kernel(int64_t length, at::ScalarType type) const = 0;
  virtual ScanBlock block(int64_t length, at::ScalarType type) const = 0;
  /// u [B, D] and state [B, D, N] of the same type -> y [B, D] and the new state. O(N) per channel.
  virtual OutputAndState step(const at::Tensor& u, const at::Tensor& state) const = 0;
};

/// y_t = sum over l <= t of K_l u_(t-l). u [B, T, D], kernel [D, T], of the same type. Padded to
/// 2 T - 1 positions or more, so nothing wraps around.
at::Tensor causal_convolution(const at::Tensor& u, const at::Tensor& kernel);

/// Runs u [B, T, D] from the state [B, D, N] on, `chunk` positions at a time (the last chunk may be
/// shorter). The result does not depend on `chunk` but by rounding. block: what system.block() says
/// for `chunk` and the type of u, where it is at hand.
OutputAndState chunked_scan(const DiscreteSystem& system, const at::Tensor& u,
                            const at::Tensor& state, int64_t chunk,
                            const ScanBlock* block = nullptr);

/// kernel() and block() of a system by powers of its dense matrix, which is what step() does to
/// unit vectors: O(N^3 log length) and O(N length) per channel. For systems without a diagonal
/// form.
at::Tensor dense_kernel(const DiscreteSystem& system, int64_t length, at::ScalarType type);
ScanBlock dense_block(const DiscreteSystem& system, int64_t length, at::ScalarType type);

/// The smallest power of two that is >= sqrt(length): the stride of kernels made in two levels.
int64_t square_root_stride(int64_t length);

}  // namespace yonder::nn
