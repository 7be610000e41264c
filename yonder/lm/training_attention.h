// SPDX-License-Identifier: Apache-2.0
// Attention with gradients, for training lengths: the formula of position/scheme.h in torch's own
// operations, [T, T] logits per head. Inference goes through blockwise_attention.h instead, which
// never forms them. Test: training_attention_test.cpp (equal to attention(), finite differences).
#pragma once

#include "yonder/lm/position/scheme.h"

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <memory>

namespace yonder::lm {

/// What of a scheme depends on neither weights nor text: rotations, masks and biases of one layer.
class TrainingPositions {
 public:
  /// scale: c of the logits. heads: H, for biases by head. Throws Error(bad_option) for schemes
  /// that have no gradient form (scaling by query).
  TrainingPositions(const PositionScheme& scheme, int64_t length, int64_t heads, double scale,
                    const at::Device& device);
  ~TrainingPositions();
  TrainingPositions(TrainingPositions&&) noexcept;
  TrainingPositions& operator=(TrainingPositions&&) noexcept;

  /// Stands the tokens at positions [B or 1, T] float64, which are 0 .. T-1 at first. Only
  /// rotations and decays follow them: windows, splits, biases and log n count tokens.
  void move_to(const at::Tensor& positions);

  struct Impl;
  const Impl& impl() const { return *impl_; }

 private:
  std::unique_ptr<Impl> impl_;
};

/// q [B, H, T, d], k and v [B, Hkv, T, d], un-rotated, T = length -> [B, H, T, d] of the type
/// `compute`, in which the two products are done; the softmax is float32. bias [H, T, T]: takes the
/// place of the scheme's own (one that is trained), with its gradient.
at::Tensor training_attention(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v,
                              const TrainingPositions& positions, at::ScalarType compute,
                              const at::Tensor& bias = {});

}  // namespace yonder::lm
