// SPDX-License-Identifier: Apache-2.0
#include "yonder/nn/linear.h"

#include <ATen/ATen.h>

namespace yonder::nn {

at::Tensor linear(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias,
                  at::ScalarType compute) {
  const at::Tensor b = bias.defined() ? bias.to(compute) : bias;
  return at::linear(x.to(compute), weight.to(compute), b);
}

}  // namespace yonder::nn
