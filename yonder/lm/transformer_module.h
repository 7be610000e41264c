// SPDX-License-Identifier: Apache-2.0
// The network: a pre-norm decoder of the Llama family. It knows nothing of positions, masks and
// caches: each layer hands its un-rotated queries, keys and values to a function, so that training,
// prefill, decode and every position scheme share one network. In any layer a state-space mixer may
// stand in for attention; what it remembers goes in and out as a tensor. Parameter names are those
// of Hugging Face checkpoints. Source: Touvron et al. 2023, arXiv 2302.13971; Qwen3's norms of q
// and k. Test: transformer_module_test.cpp.
#pragma once

#include "yonder/lm/model_config.h"
#include "yonder/nn/layers_module.h"
#include "yonder/nn/ssm_module.h"

#include <torch/torch.h>

#include <cstdint>
#include <functional>
#include <vector>

namespace yonder::lm {

/// What a layer asks for: q [B, H, T, d], k and v [B, Hkv, T, d], after norms, before rotation ->
/// [B, H, T, d].
using Attend = std::function<at::Tensor(int64_t layer, const at::Tensor& q, const at::Tensor& k,
                                        const at::Tensor& v)>;

/// What state-space layers remember of the text so far: [B, D, N] per layer, undefined in layers of
/// attention. Tensors are replaced, never written to.
using LayerStates = std::vector<at::Tensor>;

/// c of the logits: d^(-1/2), or 1 where queries or keys are normalised (kexue.fm 9859); for CosA
/// 4 ln(N/2).
double attention_scale(const ModelConfig& config);

class SelfAttentionImpl : public torch::nn::Module {
 public:
  SelfAttentionImpl(const ModelConfig& config, int64_t layer, at::ScalarType compute);
  at::Tensor forward(const at::Tensor& x, const Attend& attend);

 private:
  QkNorm norm_;
  int64_t layer_, heads_, kv_heads_, head_dim_;
  nn::Linear q_proj_, k_proj_, v_proj_, o_proj_;
  nn::RmsNorm q_norm_{nullptr}, k_norm_{nullptr};
};
TORCH_MODULE(SelfAttention);

class DecoderLayerImpl : public torch::nn::Module {
 public:
  DecoderLayerImpl(const ModelConfig& config, int64_t layer, at::ScalarType compute);
  /// state: as in Transformer; null: x begins its texts.
  at::Tensor forward(const at::Tensor& x, const Attend& attend, at::Tensor* state);
  /// [B, D, N] zeros; undefined in a layer of attention.
  at::Tensor start_state(int64_t batch) const;
  /// Draws the start of a state-space mixer's system.
  void initialize_system(uint64_t seed, uint64_t stream);

 private:
  at::Tensor mix(const at::Tensor& x, const Attend& attend, at::Tensor* state);

  at::ScalarType compute_;
  nn::RmsNorm input_layernorm_, post_attention_layernorm_;
  SelfAttention self_attn_{nullptr};  // one of these two
  nn::SsmMixer mixer_{nullptr};
  nn::GatedMlp mlp_;
};
TORCH_MODULE(DecoderLayer);

class TransformerImpl : public torch::nn::Module {
 public:
  /// compute: type of the matrix products; norms, softmax and the residual stream are float32.
  TransformerImpl(const ModelConfig& config, at::ScalarType compute);
  /// ids [B, T] int64 -> hidden states [B, T, D] after the last norm, float32. states: what was
  /// remembered before ids, and then what is after them; null: ids begin their texts (training, by
  /// convolution).
  at::Tensor forward(const at::Tensor& ids, const Attend& attend, LayerStates* states = nullptr);
  /// Those of texts that begin.
  LayerStates start_states(int64_t batch) const;
  /// hidden [..., D] -> logits [..., V] of type `compute`.
  at::Tensor logits(const at::Tensor& hidden);
  /// Normal weights of deviation 0.02, those of o_proj, out_proj and down_proj divided by
  /// sqrt(2 layers), and the starts of state-space systems, from a seed.
  void initialize(uint64_t seed);

 private:
  int64_t layers_;
  at::ScalarType compute_;
  torch::nn::ModuleList blocks_;
  nn::RmsNorm norm_;
  at::Tensor embedding_, head_;
};
TORCH_MODULE(Transformer);

}  // namespace yonder::lm
