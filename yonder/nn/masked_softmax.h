// SPDX-License-Identifier: Apache-2.0
// Softmax of attention logits under a mask, with its gradient, in one pass over memory on the
// processor: torch's own way widens, adds, exponentiates and narrows in four, and does the work of
// hidden keys too. Test: masked_softmax_test.cpp (against torch's operations).
#pragma once

#include <ATen/core/Tensor.h>

namespace yonder::nn {

/// logits [B, H, T, S], float32 or bfloat16; mask [1 or H, T, S] float32, -inf where a key is
/// hidden, else what is added (its gradient is given where it asks for one) -> weights of the
/// logits' type and shape; the arithmetic is float32. Rows that see nothing become zeros on the
/// processor.
at::Tensor masked_softmax(const at::Tensor& logits, const at::Tensor& mask);

}  // namespace yonder::nn
