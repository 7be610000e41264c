// SPDX-License-Identifier: Apache-2.0
// A language model of a few thousand random weights that reads bytes, for tests of what stands on
// models.
#pragma once

#include "yonder/base/file.h"
#include "yonder/base/json.h"
#include "yonder/lm/model.h"

#include <filesystem>

namespace yonder::lm {

/// Writes it into a folder: 2 layers of 2 heads of 8, trained at 32 tokens, so it says.
inline void write_small_lm(const std::filesystem::path& folder) {
  ModelConfig config;
  config.vocab_size = 257;
  config.hidden_size = 16;
  config.intermediate_size = 32;
  config.layers = 2;
  config.heads = 2;
  config.kv_heads = 1;
  config.head_dim = 8;
  config.train_length = 32;
  config.bos = {256};
  config.eos = {256};
  LoadOptions options;
  options.threads = 1;
  Model::random(config, 1, options).save(folder, "huggingface", "f32");
  // Bytes are no file that lies beside the weights, but a word of config.json.
  const Json json = parse_json(read_file(folder / "config.json"), "config.json");
  std::string text = read_file(folder / "config.json");
  const std::string key = "\"yonder\"";
  if (json.find("yonder") == nullptr) {
    text.insert(text.find('{') + 1, key + ": {\"tokenizer\": \"bytes\"},");
  } else {
    text.insert(text.find('{', text.find(key)) + 1, "\"tokenizer\": \"bytes\",");
  }
  write_file(folder / "config.json", text);
}

}  // namespace yonder::lm
