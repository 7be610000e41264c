// SPDX-License-Identifier: Apache-2.0
// Random tensors from a seed, the same on every machine, device and number of threads: Philox
// (base/random.h) instead of torch's generators. Test: random_tensor_test.cpp.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>

namespace yonder::nn {

/// Overwrites a tensor of floats with normal draws of mean 0. Stream: one per tensor.
void fill_normal(at::Tensor tensor, double deviation, uint64_t seed, uint64_t stream);

}  // namespace yonder::nn
