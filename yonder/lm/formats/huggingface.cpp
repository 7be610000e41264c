// SPDX-License-Identifier: Apache-2.0
#include "yonder/lm/formats/huggingface.h"

#include "yonder/base/error.h"
#include "yonder/base/file.h"
#include "yonder/base/json.h"
#include "yonder/lm/formats/config_reader.h"
#include "yonder/lm/formats/huggingface_config.h"
#include "yonder/nn/device.h"

#include <ATen/ATen.h>

#include <string_view>
#include <utility>

namespace yonder::lm {
namespace {

namespace fs = std::filesystem;

constexpr const char* kConfig = "config.json";
constexpr const char* kWeights = "model.safetensors";
constexpr const char* kIndex = "model.safetensors.index.json";

// Tables that older checkpoints carry and nobody reads; and parameters of our trainer whose values
// the scheme in config.json holds (kerple_module.h).
bool is_ignored(std::string_view name, const ModelConfig& config) {
  return name.ends_with("rotary_emb.inv_freq") || name.starts_with("kerple.") ||
         (config.tied_embeddings && name == "lm_head.weight");
}

// Shard -> the tensors that the index promises in it.
std::map<std::string, std::vector<std::string>> read_index(const fs::path& path) {
  const Json json = parse_json(read_file(path), path.string());
  std::map<std::string, std::vector<std::string>> shards;
  for (const auto& [tensor, file] : json.at("weight_map").object()) {
    require(fs::path(file.text()).filename() == file.text() && !file.text().empty(),
            ErrorKind::bad_data, "{} is '{}'; the name of a file beside the index was expected",
            file.path(), file.text());
    shards[file.text()].push_back(tensor);
  }
  require(!shards.empty(), ErrorKind::bad_data, "{}: weight_map names no tensor", path.string());
  return shards;
}

// Stop tokens: chat models name more of them for generation than in config.json.
void read_generation_config(const fs::path& path, ModelConfig& config) {
  if (!fs::exists(path)) {
    return;
  }
  const Json json = parse_json(read_file(path), path.string());
  std::vector<uint32_t> eos = read_token_ids(json, "eos_token_id");
  if (!eos.empty()) {
    config.eos = std::move(eos);
  }
}

void add_tensors(ModelFiles& model, const fs::path& file) {
  for (auto& [name, tensor] : nn::load_safetensors(file)) {
    if (is_ignored(name, model.config)) {
      continue;
    }
    const at::ScalarType type = tensor.scalar_type();
    require(type == at::kFloat || type == at::kHalf || type == at::kBFloat16, ErrorKind::bad_data,
            "{}: tensor {} is of dtype {}; F32, F16 and BF16 weights can be read", file.string(),
            name, nn::safetensors_dtype(type));
    require(model.weights.emplace(name, std::move(tensor)).second, ErrorKind::bad_data,
            "{}: tensor {} stands in an earlier shard already", file.string(), name);
  }
  model.weight_files.push_back(file);
}

}  // namespace

bool is_huggingface(const fs::path& path) { return fs::exists(path / kConfig); }

ModelFiles read_huggingface(const fs::path& path) {
  ModelFiles model;
  const fs::path config = path / kConfig;
  model.config = parse_huggingface_config(read_file(config), config.string());
  read_generation_config(path / "generation_config.json", model.config);
  if (fs::exists(path / kWeights)) {
    add_tensors(model, path / kWeights);
    return model;
  }
  require(fs::exists(path / kIndex), ErrorKind::file,
          "{}: the folder holds neither {} nor {}; weights in other formats are not read",
          path.string(), kWeights, kIndex);
  for (const auto& [shard, tensors] : read_index(path / kIndex)) {
    add_tensors(model, path / shard);
    for (const std::string& name : tensors) {
      require(model.weights.count(name) == 1 || is_ignored(name, model.config), ErrorKind::bad_data,
              "{}: there is no tensor {}, which {} promises", (path / shard).string(), name,
              kIndex);
    }
  }
  return model;
}

void write_huggingface(const ModelConfig& config, const nn::NamedTensors& weights,
                       const fs::path& path, at::ScalarType dtype,
                       const std::map<std::string, std::string>& own) {
  std::error_code error;
  fs::create_directories(path, error);
  require(!error, ErrorKind::file, "{}: cannot make the folder: {}", path.string(),
          error.message());
  nn::NamedTensors converted;
  for (const auto& [name, tensor] : weights) {
    converted[name] = nn::is_weight(name) ? tensor.to(dtype) : tensor;
  }
  nn::save_safetensors(path / kWeights, converted);
  write_file(path / kConfig, huggingface_config(config, nn::dtype_name(dtype), own));
}

}  // namespace yonder::lm
