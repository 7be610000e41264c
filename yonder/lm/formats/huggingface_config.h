// SPDX-License-Identifier: Apache-2.0
// config.json of a Hugging Face directory: Llama, Mistral, Qwen2, Qwen3, SmolLM2 (a Llama),
// SmolLM3.
//
// A family is one row: which layers slide, where biases are, what absent keys mean. Values that
// would change what the network computes and are not supported are errors that name the key; all
// other keys are ignored. What no family can say (key norm, other mixers, windows of several sizes,
// schemes beyond a theta table) lies in an object "yonder", and the file's model_type is then
// "yonder" too, so that a foreign reader refuses it instead of computing something else.
// Source: transformers' configuration_{llama,mistral,qwen2,qwen3,smollm3}.py. Format:
// docs/formats/lm_config.md. Test: huggingface_config_test.cpp.
#pragma once

#include "yonder/base/json.h"
#include "yonder/lm/model_config.h"

#include <map>
#include <string>
#include <string_view>

namespace yonder::lm {

/// name: the file, for messages. Throws Error(bad_data) naming file, key, what was found and what
/// is allowed.
ModelConfig parse_huggingface_config(std::string_view text, const std::string& name);

/// The file for a config. dtype: that of the weights, "f32", "bf16", "f16". own: further members of
/// the object "yonder", as JSON by key (seed, step, options, "tokenizer").
std::string huggingface_config(const ModelConfig& config, std::string_view dtype,
                               const std::map<std::string, std::string>& own = {});

}  // namespace yonder::lm
