// SPDX-License-Identifier: Apache-2.0
// The layers that lm, diffusion and multimodal models are made of. Parameters carry the names of
// Hugging Face checkpoints where a layer has such. Test: layers_module_test.cpp.
#pragma once

#include <torch/torch.h>

#include <cstdint>

namespace yonder::nn {

/// weight [out, in] and an optional bias; computes in `compute` (see linear.h).
class LinearImpl : public torch::nn::Module {
 public:
  LinearImpl(int64_t in, int64_t out, bool with_bias, at::ScalarType compute_type);
  at::Tensor forward(const at::Tensor& x) const;

  at::Tensor weight, bias;
  at::ScalarType compute;
};
TORCH_MODULE(Linear);

/// y = x / sqrt(mean(x^2) + epsilon) * weight over the last axis, in float32 whatever x is; the
/// result is float32. Source: Zhang and Sennrich 2019, arXiv 1910.07467.
class RmsNormImpl : public torch::nn::Module {
 public:
  RmsNormImpl(int64_t width, double epsilon);
  at::Tensor forward(const at::Tensor& x) const;

  at::Tensor weight;

 private:
  double epsilon_;
};
TORCH_MODULE(RmsNorm);

/// down(silu(gate x) * up x). Source: Shazeer 2020, arXiv 2002.05202 (SwiGLU).
class GatedMlpImpl : public torch::nn::Module {
 public:
  GatedMlpImpl(int64_t width, int64_t inner, bool with_bias, at::ScalarType compute_type);
  at::Tensor forward(const at::Tensor& x);

  Linear gate_proj, up_proj, down_proj;
};
TORCH_MODULE(GatedMlp);

}  // namespace yonder::nn
