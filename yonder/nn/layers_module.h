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

/// rms_norm() with its weight.
class RmsNormImpl : public torch::nn::Module {
 public:
  RmsNormImpl(int64_t width, double epsilon);
  /// x [..., D] -> [..., D] of `type`; see rms_norm.h.
  at::Tensor forward(const at::Tensor& x, at::ScalarType type = at::kFloat) const;

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
