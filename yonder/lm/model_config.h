// SPDX-License-Identifier: Apache-2.0
// The shape of a decoder: what config.json of a Hugging Face directory or a llama2.c header says.
// Plain data, no torch. Test: model_config_test.cpp.
#pragma once

#include "yonder/nn/ssm_options.h"
#include "yonder/rotary/table.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace yonder::lm {

/// What takes the place of queries and keys' dot product before scaling (kexue.fm 9859).
enum class QkNorm : uint8_t {
  none,
  rms,    ///< Qwen3: RMSNorm with a learned gain per head channel, before rotation; keeps d^(-1/2)
  key,    ///< KNA: k / |k|, no gain, before rotation; no d^(-1/2)
  query,  ///< QNA: q / |q|; no d^(-1/2)
  cosine  ///< CosA: both, times 4 ln n
};

/// What mixes the positions of a layer: "attention", and the starts of nn's state-space layers,
/// "s4d-lin" and so on (nn/ssm/table.h).
const std::vector<std::string>& mixer_names();

/// "none", "rms", "key", "query", "cosine".
const std::vector<std::string>& qk_norm_names();
/// Throws Error(bad_option) naming the nearest.
QkNorm parse_qk_norm(std::string_view name);
std::string qk_norm_name(QkNorm norm);

struct ModelConfig {
  std::string model_type = "llama";  ///< llama, mistral, qwen2, qwen3 (a row of formats/families)
  int64_t vocab_size = 0;
  int64_t hidden_size = 0;        ///< D
  int64_t intermediate_size = 0;  ///< of the gated feed-forward layer
  int64_t layers = 0;
  int64_t heads = 0;
  int64_t kv_heads = 0;
  int64_t head_dim = 0;  ///< d; not always hidden_size / heads
  double norm_epsilon = 1e-5;
  double rope_base = 1e4;
  int64_t train_length = 2048;  ///< N: which key it came from is told by `train_length_source`
  std::string train_length_source = "max_position_embeddings";
  /// Scheme text that the checkpoint itself asks for (rope_scaling, sliding_window, NoPE layers),
  /// "rope" where nothing.
  std::string scheme = "rope";
  /// Per layer, keys a query sees with itself (sliding_window), 0: all; empty: all in every layer.
  std::vector<int64_t> windows;
  /// Per layer, 1 = rotary, 0 = NoPE; empty: rotary in all.
  std::vector<int64_t> rotary_layers;
  bool tied_embeddings = true;
  bool qkv_bias = false;
  bool output_bias = false;  ///< of the attention's output projection
  bool mlp_bias = false;
  QkNorm qk_norm = QkNorm::none;
  /// Per layer a row of mixer_names(); empty: attention in all.
  std::vector<std::string> mixers;
  int64_t ssm_state = 64;  ///< numbers that each channel of a state-space layer remembers; even
  std::vector<uint32_t> bos, eos;  ///< token ids; eos may be several

  rotary::RopeSpec rope() const { return {head_dim, rope_base, train_length}; }
  bool has_attention(int64_t layer) const;
  int64_t attention_layers() const;
  /// Of a layer without attention.
  nn::SsmOptions ssm(int64_t layer) const;
  /// Throws Error(bad_data) with the field, what was found and what is allowed. name: the file.
  void validate(std::string_view name) const;
  int64_t parameter_count() const;
  bool operator==(const ModelConfig&) const = default;
};

}  // namespace yonder::lm
