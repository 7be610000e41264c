// SPDX-License-Identifier: Apache-2.0
// The loss of a language model: mean negative log-probability of the targets, whose gradient is
// made in the same pass over the logits, which are by far the largest tensors of a small model.
// Test: cross_entropy_test.cpp (against torch's operations).
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>

namespace yonder::nn {

/// A target that counts for nothing.
constexpr int64_t kIgnoredTarget = -100;

/// logits [N, V], float32 or bfloat16; targets [N] int64 in 0 .. V-1 or kIgnoredTarget -> float32
/// scalar in nats, 0 where nothing counts. The arithmetic is float32, the sum over rows float64;
/// the gradient has the logits' type.
at::Tensor cross_entropy(const at::Tensor& logits, const at::Tensor& targets);

}  // namespace yonder::nn
