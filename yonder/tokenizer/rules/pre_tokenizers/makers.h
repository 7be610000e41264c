// SPDX-License-Identifier: Apache-2.0
// What the table of pre_tokenizers.cpp names: one maker per type of pre-tokenizer, each in the file
// of its name. All take the JSON object of the step and throw Error(bad_data) naming the JSON path.
#pragma once

#include "yonder/base/json.h"
#include "yonder/tokenizer/rules/text_rules.h"

#include <memory>

namespace yonder::tokenizer {

std::unique_ptr<const PreTokenizerStep> make_byte_level(const Json& json);
std::unique_ptr<const PreTokenizerStep> make_digits(const Json& json);
std::unique_ptr<const PreTokenizerStep> make_metaspace(const Json& json);
std::unique_ptr<const PreTokenizerStep> make_punctuation(const Json& json);
std::unique_ptr<const PreTokenizerStep> make_split(const Json& json);
std::unique_ptr<const PreTokenizerStep> make_whitespace(const Json& json);
std::unique_ptr<const PreTokenizerStep> make_whitespace_split(const Json& json);

}  // namespace yonder::tokenizer
