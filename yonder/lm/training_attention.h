// SPDX-License-Identifier: Apache-2.0
// Attention with gradients, for training lengths: the formula of position/scheme.h in torch's own
// operations, [T, T] logits per head. Inference goes through blockwise_attention.h instead, which
// never forms them. Test: training_attention_test.cpp (equal to attention(), finite differences).
#pragma once

#include "yonder/lm/position/scheme.h"

#include <ATen/core/Tensor.h>

namespace yonder::lm {

/// What of a scheme depends on neither weights nor text: masks and rotations for one length. Made
/// once per scheme and positions, used by every layer and head.
class TrainingPositions {
 public:
  /// positions [B or 1, T] float64: where each token stands (0..T-1, or random positions;
  /// two-branch splits and masks count tokens). Throws Error(bad_option) for schemes that have no
  /// gradient form (dynamic scaling by query).
  TrainingPositions(const PositionScheme& scheme, const at::Tensor& positions);
  ~TrainingPositions();
  TrainingPositions(TrainingPositions&&) noexcept;
  TrainingPositions& operator=(TrainingPositions&&) noexcept;

  struct Impl;
  const Impl& impl() const { return *impl_; }

 private:
  std::unique_ptr<Impl> impl_;
};

/// q [B, H, T, d], k and v [B, Hkv, T, d], un-rotated -> [B, H, T, d] of the type `compute`, in
/// which the two products are done; the softmax is float32. scale: c of the logits.
at::Tensor training_attention(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v,
                              const TrainingPositions& positions, double scale,
                              at::ScalarType compute);

}  // namespace yonder::lm
