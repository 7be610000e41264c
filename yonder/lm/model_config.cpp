// SPDX-License-Identifier: Apache-2.0
#include "yonder/lm/model_config.h"

#include "yonder/base/error.h"
#include "yonder/base/options.h"
#include "yonder/lm/formats/table.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>

namespace yonder::lm {
namespace {

void require_at_least(std::string_view file, const char* field, int64_t value, int64_t low) {
  require(value >= low, ErrorKind::bad_data, "{}: {} is {}; it must be at least {}", file, field,
          value, low);
}

constexpr const char* kAttention = "attention";
constexpr int64_t kMostState = 4096;

}  // namespace

const std::vector<std::string>& mixer_names() {
  static const std::vector<std::string> names = [] {
    std::vector<std::string> all = nn::ssm_start_names();
    all.insert(all.begin(), kAttention);
    return all;
  }();
  return names;
}

const std::vector<std::string>& qk_norm_names() {
  static const std::vector<std::string> names = {"none", "rms", "key", "query", "cosine"};
  return names;
}

QkNorm parse_qk_norm(std::string_view name) {
  check_choice("qk-norm", std::string(name), qk_norm_names());
  const auto& names = qk_norm_names();
  return static_cast<QkNorm>(std::find(names.begin(), names.end(), name) - names.begin());
}

std::string qk_norm_name(QkNorm norm) { return qk_norm_names()[static_cast<size_t>(norm)]; }

void ModelConfig::validate(std::string_view name) const {
  require_at_least(name, "vocab_size", vocab_size, 1);
  require_at_least(name, "hidden_size", hidden_size, 1);
  require_at_least(name, "intermediate_size", intermediate_size, 1);
  require_at_least(name, "num_hidden_layers", layers, 1);
  require_at_least(name, "num_attention_heads", heads, 1);
  require_at_least(name, "num_key_value_heads", kv_heads, 1);
  require_at_least(name, "head_dim", head_dim, 2);
  require_at_least(name, "max_position_embeddings", train_length, 2);
  require(
      heads % kv_heads == 0, ErrorKind::bad_data,
      "{}: num_attention_heads is {} and num_key_value_heads {}; the first must be a multiple of "
      "the second",
      name, heads, kv_heads);
  require(head_dim % 2 == 0, ErrorKind::bad_data,
          "{}: head_dim is {}; rotation turns pairs of channels, so it must be even", name,
          head_dim);
  require(std::isfinite(norm_epsilon) && norm_epsilon > 0, ErrorKind::bad_data,
          "{}: rms_norm_eps is {}; it must be above 0", name, norm_epsilon);
  require(std::isfinite(rope_base) && rope_base > 1, ErrorKind::bad_data,
          "{}: rope_theta is {}; it must be above 1", name, rope_base);
  const auto per_layer = [&](const char* field, size_t size) {
    require(size == 0 || size == static_cast<size_t>(layers), ErrorKind::bad_data,
            "{}: {} has {} entries for {} layers", name, field, size, layers);
  };
  per_layer("layer_types", windows.size());
  per_layer("no_rope_layers", rotary_layers.size());
  per_layer("mixers", mixers.size());
  for (const std::string& mixer : mixers) {
    const auto& known = mixer_names();
    require(std::find(known.begin(), known.end(), mixer) != known.end(), ErrorKind::bad_data,
            "{}: a layer is to be mixed by '{}'; known: {}", name, mixer, fmt::join(known, ", "));
  }
  require(ssm_state % 2 == 0 && ssm_state >= 2 && ssm_state <= kMostState, ErrorKind::bad_data,
          "{}: ssm_state is {}; it must be even, from 2 to {}", name, ssm_state, kMostState);
}

bool ModelConfig::has_attention(int64_t layer) const {
  return mixers.empty() || mixers.at(static_cast<size_t>(layer)) == kAttention;
}

int64_t ModelConfig::attention_layers() const {
  return mixers.empty() ? layers : std::count(mixers.begin(), mixers.end(), kAttention);
}

nn::SsmOptions ModelConfig::ssm(int64_t layer) const {
  YONDER_CHECK(!has_attention(layer));
  nn::SsmOptions options;
  options.start = mixers[static_cast<size_t>(layer)];
  options.state = ssm_state;
  return options;
}

int64_t ModelConfig::parameter_count() const {
  int64_t count = 0;
  for (const auto& [name, shape] : weight_shapes(*this)) {
    count += std::accumulate(shape.begin(), shape.end(), int64_t{1}, std::multiplies<>());
  }
  return count;
}

}  // namespace yonder::lm
