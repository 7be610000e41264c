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
#include <vector>

namespace yonder::lm {

/// Attend of transformer_module.h: un-rotated q [B, H, T, d], k and v [B, Hkv, T, d] of a layer ->
/// [B, H, T, d].
using LayerAttention = std::function<at::Tensor(int64_t layer, const at::Tensor& q,
                                                const at::Tensor& k, const at::Tensor& v)>;

class FrozenNetwork {
 public:
  /// weights: all of the config, as formats/table.h gives them. Tensors that are of the type
  /// `compute` already are taken as they are, without a copy; norms, biases and the parameters of
  /// state-space systems are widened to float32.
  FrozenNetwork(const ModelConfig& config, const nn::NamedTensors& weights, at::ScalarType compute,
                at::Device device);
  /// Weights drawn from a seed.
  FrozenNetwork(const ModelConfig& config, uint64_t seed, at::ScalarType compute,
                at::Device device);
  ~FrozenNetwork();
  FrozenNetwork(FrozenNetwork&&) noexcept;

  /// ids [B, T] int64 -> hidden states [B, T, D] after the last norm, float32. states: what was
  /// remembered before ids, and then what is after them.
  at::Tensor hidden(const at::Tensor& ids, const LayerAttention& attend,
                    std::vector<at::Tensor>& states) const;
  /// LayerStates of transformer_module.h for one text that begins.
  std::vector<at::Tensor> start_states() const;
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
