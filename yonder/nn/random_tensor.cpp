// SPDX-License-Identifier: Apache-2.0
#include "yonder/nn/random_tensor.h"

#include "yonder/base/random.h"

#include <ATen/ATen.h>

namespace yonder::nn {

void fill_normal(at::Tensor tensor, double deviation, uint64_t seed, uint64_t stream) {
  Rng rng(seed, stream);
  at::Tensor draws = at::empty(tensor.sizes(), at::kFloat);
  float* values = draws.data_ptr<float>();
  for (int64_t i = 0; i < draws.numel(); ++i) {
    values[i] = static_cast<float>(deviation * rng.normal());
  }
  tensor.copy_(draws);
}

}  // namespace yonder::nn
