// SPDX-License-Identifier: Apache-2.0
#include "yonder/nn/layers_module.h"

#include "yonder/nn/linear.h"
#include "yonder/nn/rms_norm.h"

namespace yonder::nn {

LinearImpl::LinearImpl(int64_t in, int64_t out, bool with_bias, at::ScalarType compute_type)
    : compute(compute_type) {
  weight = register_parameter("weight", torch::empty({out, in}));
  if (with_bias) {
    bias = register_parameter("bias", torch::zeros({out}));
  }
}

at::Tensor LinearImpl::forward(const at::Tensor& x) const {
  return linear(x, weight, bias, compute);
}

RmsNormImpl::RmsNormImpl(int64_t width, double epsilon) : epsilon_(epsilon) {
  weight = register_parameter("weight", torch::ones({width}));
}

at::Tensor RmsNormImpl::forward(const at::Tensor& x, at::ScalarType type) const {
  return rms_norm(x, weight, epsilon_, type);
}

GatedMlpImpl::GatedMlpImpl(int64_t width, int64_t inner, bool with_bias,
                           at::ScalarType compute_type)
    : gate_proj(width, inner, with_bias, compute_type),
      up_proj(width, inner, with_bias, compute_type),
      down_proj(inner, width, with_bias, compute_type) {
  register_module("gate_proj", gate_proj);
  register_module("up_proj", up_proj);
  register_module("down_proj", down_proj);
}

at::Tensor GatedMlpImpl::forward(const at::Tensor& x) {
  return down_proj(torch::silu(gate_proj(x)) * up_proj(x));
}

}  // namespace yonder::nn
