// SPDX-License-Identifier: Apache-2.0
// A Hugging Face directory as a model: config.json, and model.safetensors or its shards with
// model.safetensors.index.json. Stop tokens of generation_config.json count as those of
// config.json. Test: huggingface_test.cpp; logits against transformers:
// huggingface_golden_test.cpp.
#pragma once

#include "yonder/lm/formats/table.h"

namespace yonder::lm {

/// A folder with config.json.
bool is_huggingface(const std::filesystem::path& path);
ModelFiles read_huggingface(const std::filesystem::path& path);
/// Makes the folder if need be; one weight file. Tensors that are no weights (nn::is_weight()) stay
/// of their own type.
void write_huggingface(const ModelConfig& config, const nn::NamedTensors& weights,
                       const std::filesystem::path& path, at::ScalarType dtype,
                       const std::map<std::string, std::string>& own);

}  // namespace yonder::lm
