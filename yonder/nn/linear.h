// SPDX-License-Identifier: Apache-2.0
// y = x W^T + b where weights may be kept in one type and multiplied in another.
// Test: layers_module_test.cpp.
#pragma once

#include <ATen/core/Tensor.h>

namespace yonder::nn {

/// x [..., in], weight [out, in], bias [out] or undefined -> [..., out] of the type `compute`.
/// Both factors are cast to `compute` first; the cast is part of the gradient. On the CPU bf16
/// products are summed in float32 by oneDNN.
at::Tensor linear(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias,
                  at::ScalarType compute);

}  // namespace yonder::nn
