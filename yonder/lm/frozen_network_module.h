// SPDX-License-Identifier: Apache-2.0
// The network for inference: weights that never change, shared by any number of sessions on any
// threads. Keeps torch/torch.h out of model.cpp and session.cpp. Test: model_test.cpp.
#pragma once

#include "yonder/lm/model_config.h"
#include "yonder/nn/safetensors_io.h"

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <functional>
#include <memory>

namespace yonder::lm {

/// Attend of transformer_module.h: un-rotated q [1, H, T, d], k and v [1, Hkv, T, d] of a layer ->
/// [1, H, T, d].
using LayerAttention = std::function<at::Tensor(int64_t layer, const at::Tensor& q,
                                                const at::Tensor& k, const at::Tensor& v)>;

class FrozenNetwork {
 public:
  /// weights: all of the config, as formats/table.h gives them. Tensors that are of the type
  /// `compute` already are taken as they are, without a copy; norms and biases of one axis are
  /// widened to float32.
  FrozenNetwork(const ModelConfig& config, const nn::NamedTensors& weights, at::ScalarType compute,
                at::Device device);
  /// Weights drawn from a seed.
  FrozenNetwork(const ModelConfig& config, uint64_t seed, at::ScalarType compute,
                at::Device device);
  ~FrozenNetwork();
  FrozenNetwork(FrozenNetwork&&) noexcept;

  /// ids [1, T] int64 -> hidden states [1, T, D] after the last norm, float32.
  at::Tensor hidden(const at::Tensor& ids, const LayerAttention& attend) const;
  /// hidden [..., D] -> logits [..., V], float32.
  at::Tensor logits(const at::Tensor& hidden) const;
  /// c of the logits of attention.
  double attention_factor() const;
  nn::NamedTensors weights() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace yonder::lm
