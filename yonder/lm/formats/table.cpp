// SPDX-License-Identifier: Apache-2.0
#include "yonder/lm/formats/table.h"

#include "yonder/base/error.h"
#include "yonder/base/options.h"
#include "yonder/lm/formats/huggingface.h"
#include "yonder/lm/formats/llama2c.h"

#include <ATen/ATen.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace yonder::lm {
namespace {

constexpr size_t kMostNamed = 5;  // tensors listed in one message

constexpr ModelFormat kTable[] = {
    {"huggingface", "folder with config.json and safetensors", is_huggingface, read_huggingface,
     write_huggingface},
    {"llama2c", "llama2.c .bin file; written as version 0, which run.c reads", is_llama2c,
     read_llama2c, write_llama2c_v0},
    {"llama2c-v1", "llama2.c .bin file, written as version 1", is_llama2c, read_llama2c,
     write_llama2c_v1},
};

std::string list_names(const std::vector<std::string>& names) {
  const size_t shown = std::min(names.size(), kMostNamed);
  std::string text = fmt::format("{}", fmt::join(names.begin(), names.begin() + shown, ", "));
  return names.size() > shown ? fmt::format("{} and {} more", text, names.size() - shown) : text;
}

std::string shape_text(at::IntArrayRef shape) {
  return fmt::format("[{}]", fmt::join(shape, ", "));
}

void check_finite(const std::string& place, const std::string& name, const at::Tensor& tensor) {
  // The sum of absolute values is finite only if all are (unless it overflows): one pass over most
  // models, a second only where the first is in doubt.
  const double sum = tensor.abs().sum(at::kDouble).item<double>();
  if (std::isfinite(sum)) {
    return;
  }
  const at::Tensor bad = at::isfinite(tensor).logical_not().flatten().nonzero();
  if (bad.numel() > 0) {
    const int64_t index = bad[0].item<int64_t>();
    fail(ErrorKind::bad_data,
         "{}: tensor {} holds {} at index {} ({} such values); weights must be "
         "finite",
         place, name, tensor.flatten()[index].item<double>(), index, bad.size(0));
  }
}

void check_weights(const std::string& place, const ModelConfig& config,
                   const nn::NamedTensors& weights) {
  const auto shapes = weight_shapes(config);
  std::vector<std::string> missing;
  std::vector<std::string> extra;
  for (const auto& [name, shape] : shapes) {
    if (weights.count(name) == 0) {
      missing.push_back(name);
    }
  }
  for (const auto& [name, tensor] : weights) {
    if (shapes.count(name) == 0) {
      extra.push_back(name);
    }
  }
  require(missing.empty(), ErrorKind::bad_data, "{}: {} tensors are missing: {}", place,
          missing.size(), list_names(missing));
  require(extra.empty(), ErrorKind::bad_data,
          "{}: {} tensors belong to no part of a {} model as config.json describes it: {}", place,
          extra.size(), config.model_type, list_names(extra));
  for (const auto& [name, tensor] : weights) {
    const std::vector<int64_t>& shape = shapes.at(name);
    require(tensor.sizes() == at::IntArrayRef(shape), ErrorKind::bad_data,
            "{}: tensor {} has the shape {}; the config asks for {}", place, name,
            shape_text(tensor.sizes()), shape_text(shape));
    check_finite(place, name, tensor);
  }
}

}  // namespace

std::span<const ModelFormat> model_formats() { return kTable; }

std::vector<std::string> model_format_names() {
  std::vector<std::string> names;
  for (const ModelFormat& format : kTable) {
    names.emplace_back(format.name);
  }
  return names;
}

ModelFiles read_model(const std::filesystem::path& path) {
  require(std::filesystem::exists(path), ErrorKind::file, "{}: there is no such file or folder",
          path.string());
  for (const ModelFormat& format : kTable) {
    if (format.recognises(path)) {
      ModelFiles model = format.read(path);
      check_weights(path.string(), model.config, model.weights);
      return model;
    }
  }
  std::string known;
  for (const ModelFormat& format : kTable) {
    known += fmt::format("\n  {}: {}", format.name, format.help);
  }
  fail(ErrorKind::bad_data, "{}: this is no model that is known here; known are:{}", path.string(),
       known);
}

void write_model(const ModelConfig& config, const nn::NamedTensors& weights,
                 const std::filesystem::path& path, const std::string& format, at::ScalarType dtype,
                 const std::map<std::string, std::string>& own) {
  check_choice("format", format, model_format_names());
  for (const ModelFormat& row : kTable) {
    if (row.name == format) {
      row.write(config, weights, path, dtype, own);
    }
  }
}

nn::TensorShapes weight_shapes(const ModelConfig& c) {
  const int64_t q = c.heads * c.head_dim;
  const int64_t kv = c.kv_heads * c.head_dim;
  nn::TensorShapes shapes;
  const auto projection = [&](const std::string& name, int64_t out, int64_t in, bool bias) {
    shapes[name + ".weight"] = {out, in};
    if (bias) {
      shapes[name + ".bias"] = {out};
    }
  };
  const auto attention = [&](const std::string& at) {
    projection(at + "q_proj", q, c.hidden_size, c.qkv_bias);
    projection(at + "k_proj", kv, c.hidden_size, c.qkv_bias);
    projection(at + "v_proj", kv, c.hidden_size, c.qkv_bias);
    projection(at + "o_proj", c.hidden_size, q, c.output_bias);
    if (c.qk_norm == QkNorm::rms) {
      shapes[at + "q_norm.weight"] = {c.head_dim};
      shapes[at + "k_norm.weight"] = {c.head_dim};
    }
  };
  const auto state_space = [&](const std::string& at, const nn::SsmOptions& options) {
    projection(at + "in_proj", 2 * c.hidden_size, c.hidden_size, false);
    projection(at + "out_proj", c.hidden_size, c.hidden_size, false);
    for (auto& [name, shape] : options.parameter_shapes(c.hidden_size)) {
      shapes[at + "ssm." + name] = shape;
    }
  };
  shapes["model.embed_tokens.weight"] = {c.vocab_size, c.hidden_size};
  shapes["model.norm.weight"] = {c.hidden_size};
  if (!c.tied_embeddings) {
    shapes["lm_head.weight"] = {c.vocab_size, c.hidden_size};
  }
  for (int64_t layer = 0; layer < c.layers; ++layer) {
    const std::string at = fmt::format("model.layers.{}.", layer);
    shapes[at + "input_layernorm.weight"] = {c.hidden_size};
    shapes[at + "post_attention_layernorm.weight"] = {c.hidden_size};
    if (c.has_attention(layer)) {
      attention(at + "self_attn.");
    } else {
      state_space(at + "mixer.", c.ssm(layer));
    }
    projection(at + "mlp.gate_proj", c.intermediate_size, c.hidden_size, c.mlp_bias);
    projection(at + "mlp.up_proj", c.intermediate_size, c.hidden_size, c.mlp_bias);
    projection(at + "mlp.down_proj", c.hidden_size, c.intermediate_size, c.mlp_bias);
  }
  return shapes;
}

}  // namespace yonder::lm
