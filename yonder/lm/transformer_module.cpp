// SPDX-License-Identifier: Apache-2.0
#include "yonder/lm/transformer_module.h"

#include "yonder/nn/linear.h"
#include "yonder/nn/random_tensor.h"
#include "yonder/nn/safetensors_io.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

namespace yonder::lm {
namespace {

/// Products whose results are added to the residual stream.
constexpr std::array<const char*, 3> kOutputs = {".o_proj.", ".out_proj.", ".down_proj."};
/// Streams of draws for state-space systems, beside those of the weights.
constexpr uint64_t kSystemStreams = uint64_t{1} << 32;

/// x / |x| over the last axis, float32.
at::Tensor unit_length(const at::Tensor& x) {
  const at::Tensor wide = x.to(at::kFloat);
  return wide * torch::rsqrt(wide.square().sum(-1, /*keepdim=*/true) + 1e-12);
}

}  // namespace

double attention_scale(const ModelConfig& config) {
  switch (config.qk_norm) {
    case QkNorm::key:
    case QkNorm::query:
      return 1;
    case QkNorm::cosine:
      return 4 * std::log(static_cast<double>(config.train_length) / 2);
    case QkNorm::none:
    case QkNorm::rms:
      break;
  }
  return 1 / std::sqrt(static_cast<double>(config.head_dim));
}

SelfAttentionImpl::SelfAttentionImpl(const ModelConfig& config, int64_t layer,
                                     at::ScalarType compute)
    : norm_(config.qk_norm),
      layer_(layer),
      heads_(config.heads),
      kv_heads_(config.kv_heads),
      head_dim_(config.head_dim),
      q_proj_(config.hidden_size, heads_ * head_dim_, config.qkv_bias, compute),
      k_proj_(config.hidden_size, kv_heads_ * head_dim_, config.qkv_bias, compute),
      v_proj_(config.hidden_size, kv_heads_ * head_dim_, config.qkv_bias, compute),
      o_proj_(heads_ * head_dim_, config.hidden_size, config.output_bias, compute) {
  register_module("q_proj", q_proj_);
  register_module("k_proj", k_proj_);
  register_module("v_proj", v_proj_);
  register_module("o_proj", o_proj_);
  if (norm_ == QkNorm::rms) {
    q_norm_ = register_module("q_norm", nn::RmsNorm(head_dim_, config.norm_epsilon));
    k_norm_ = register_module("k_norm", nn::RmsNorm(head_dim_, config.norm_epsilon));
  }
}

at::Tensor SelfAttentionImpl::forward(const at::Tensor& x, const Attend& attend) {
  const int64_t batch = x.size(0);
  const int64_t length = x.size(1);
  const auto by_head = [&](const at::Tensor& t, int64_t heads) {
    return t.view({batch, length, heads, t.size(-1) / heads}).transpose(1, 2);
  };
  at::Tensor q = by_head(q_proj_(x), heads_);
  at::Tensor k = by_head(k_proj_(x), kv_heads_);
  const at::Tensor v = by_head(v_proj_(x), kv_heads_);
  if (norm_ == QkNorm::rms) {
    q = q_norm_(q);
    k = k_norm_(k);
  }
  if (norm_ == QkNorm::query || norm_ == QkNorm::cosine) {
    q = unit_length(q);
  }
  if (norm_ == QkNorm::key || norm_ == QkNorm::cosine) {
    k = unit_length(k);
  }
  const at::Tensor out = attend(layer_, q, k, v);
  return o_proj_(out.transpose(1, 2).reshape({batch, length, heads_ * head_dim_}));
}

DecoderLayerImpl::DecoderLayerImpl(const ModelConfig& config, int64_t layer, at::ScalarType compute)
    : compute_(compute),
      input_layernorm_(config.hidden_size, config.norm_epsilon),
      post_attention_layernorm_(config.hidden_size, config.norm_epsilon),
      mlp_(config.hidden_size, config.intermediate_size, config.mlp_bias, compute) {
  register_module("input_layernorm", input_layernorm_);
  if (config.has_attention(layer)) {
    self_attn_ = register_module("self_attn", SelfAttention(config, layer, compute));
  } else {
    mixer_ = register_module("mixer", nn::SsmMixer(config.hidden_size, config.ssm(layer), compute));
  }
  register_module("post_attention_layernorm", post_attention_layernorm_);
  register_module("mlp", mlp_);
}

at::Tensor DecoderLayerImpl::mix(const at::Tensor& x, const Attend& attend, at::Tensor* state) {
  if (self_attn_) {
    return self_attn_(x, attend);
  }
  if (state == nullptr) {
    return mixer_(x);
  }
  nn::OutputAndState mixed = mixer_->forward_from(x, *state);
  *state = std::move(mixed.state);
  return mixed.output;
}

at::Tensor DecoderLayerImpl::forward(const at::Tensor& x, const Attend& attend, at::Tensor* state) {
  // Narrowed once for the products that read them.
  const at::Tensor mixed = x + mix(input_layernorm_->forward(x, compute_), attend, state);
  return mixed + mlp_(post_attention_layernorm_->forward(mixed, compute_));
}

at::Tensor DecoderLayerImpl::start_state(int64_t batch) const {
  return mixer_ ? mixer_->ssm->zero_state(batch) : at::Tensor();
}

void DecoderLayerImpl::initialize_system(uint64_t seed, uint64_t stream) {
  if (mixer_) {
    mixer_->ssm->initialize(seed, stream);
  }
}

TransformerImpl::TransformerImpl(const ModelConfig& config, at::ScalarType compute)
    : layers_(config.layers), compute_(compute), norm_(config.hidden_size, config.norm_epsilon) {
  // Only to give the parameters their names: model.embed_tokens.weight and so on.
  auto model = std::make_shared<torch::nn::Module>();
  auto embed_tokens = std::make_shared<torch::nn::Module>();
  embedding_ = embed_tokens->register_parameter(
      "weight", torch::empty({config.vocab_size, config.hidden_size}));
  model->register_module("embed_tokens", embed_tokens);
  for (int64_t layer = 0; layer < layers_; ++layer) {
    blocks_->push_back(DecoderLayer(config, layer, compute));
  }
  model->register_module("layers", blocks_);
  model->register_module("norm", norm_);
  register_module("model", model);
  if (!config.tied_embeddings) {
    auto lm_head = std::make_shared<torch::nn::Module>();
    head_ = lm_head->register_parameter("weight",
                                        torch::empty({config.vocab_size, config.hidden_size}));
    register_module("lm_head", lm_head);
  }
}

at::Tensor TransformerImpl::forward(const at::Tensor& ids, const Attend& attend,
                                    LayerStates* states) {
  at::Tensor x = torch::embedding(embedding_, ids).to(at::kFloat);
  for (size_t layer = 0; layer < blocks_->size(); ++layer) {
    at::Tensor* state = states == nullptr ? nullptr : &states->at(layer);
    x = blocks_[layer]->as<DecoderLayer>()->forward(x, attend, state);
  }
  return norm_(x);
}

LayerStates TransformerImpl::start_states(int64_t batch) const {
  LayerStates states;
  for (const auto& block : *blocks_) {
    states.push_back(block->as<DecoderLayer>()->start_state(batch));
  }
  return states;
}

at::Tensor TransformerImpl::logits(const at::Tensor& hidden) {
  return nn::linear(hidden, head_.defined() ? head_ : embedding_, {}, compute_);
}

void TransformerImpl::initialize(uint64_t seed) {
  const torch::NoGradGuard no_grad;
  constexpr double kDeviation = 0.02;
  const double output = kDeviation / std::sqrt(2 * static_cast<double>(layers_));
  uint64_t stream = 0;
  for (auto& item : named_parameters()) {
    const std::string& name = item.key();
    if (item.value().dim() >= 2 && nn::is_weight(name)) {
      const bool is_output = std::any_of(kOutputs.begin(), kOutputs.end(), [&](const char* part) {
        return name.find(part) != std::string::npos;
      });
      nn::fill_normal(item.value(), is_output ? output : kDeviation, seed, stream);
    }
    ++stream;
  }
  for (size_t layer = 0; layer < blocks_->size(); ++layer) {
    blocks_[layer]->as<DecoderLayer>()->initialize_system(seed, kSystemStreams + layer);
  }
}

}  // namespace yonder::lm
