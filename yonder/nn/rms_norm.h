// SPDX-License-Identifier: Apache-2.0
// RMSNorm over the last axis with its gradient, in one pass each on the processor. The layer that
// holds the weight: layers_module.h. Source: Zhang and Sennrich 2019, arXiv 1910.07467. Test:
// rms_norm_test.cpp (against torch's operations).
#pragma once

#include <ATen/core/Tensor.h>

namespace yonder::nn {

/// x / sqrt(mean(x^2) + epsilon) * weight. x [..., D], float32 or bfloat16; weight [D], float32 ->
/// [..., D] of `type`; the arithmetic is float32.
at::Tensor rms_norm(const at::Tensor& x, const at::Tensor& weight, double epsilon,
                    at::ScalarType type = at::kFloat);

}  // namespace yonder::nn
