// SPDX-License-Identifier: Apache-2.0
#include "yonder/nn/apply_rope.h"

#include <ATen/ATen.h>

namespace yonder::nn {

Rotation make_rotation(const at::Tensor& positions, const std::vector<double>& theta) {
  const at::Tensor turns = at::tensor(theta, at::TensorOptions(at::kDouble)).to(positions.device());
  const at::Tensor angles = positions.to(at::kDouble).unsqueeze(-1) * turns;
  return {angles.cos().to(at::kFloat), angles.sin().to(at::kFloat)};
}

at::Tensor apply_rope(const at::Tensor& x, const Rotation& rotation) {
  const int64_t half = rotation.cos.size(-1);
  const at::Tensor wide = x.to(at::kFloat);
  const at::Tensor a = wide.narrow(-1, 0, half);
  const at::Tensor b = wide.narrow(-1, half, half);
  std::vector<at::Tensor> parts = {a * rotation.cos - b * rotation.sin,
                                   b * rotation.cos + a * rotation.sin};
  if (wide.size(-1) > 2 * half) {
    parts.push_back(wide.narrow(-1, 2 * half, wide.size(-1) - 2 * half));
  }
  return at::cat(parts, -1);
}

}  // namespace yonder::nn
