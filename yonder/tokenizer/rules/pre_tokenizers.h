// SPDX-License-Identifier: Apache-2.0
// The "pre_tokenizer" of a tokenizer.json. A new type is one file in pre_tokenizers/ and one row of
// the table in pre_tokenizers.cpp.
// Test: pre_tokenizers_test.cpp (golden values of tokenizers 0.23.3).
#pragma once

#include "yonder/base/json.h"
#include "yonder/tokenizer/rules/text_rules.h"

#include <memory>

namespace yonder::tokenizer {

struct PreTokenizer {
  std::unique_ptr<const PreTokenizerStep> step;  // may be null: the text is one word
  /// The vocabulary is written in GPT-2's byte alphabet (byte_alphabet.h). Our texts stay bytes.
  bool byte_level = false;
};

/// `json` is the value of "pre_tokenizer"; null gives no step. Throws Error(bad_data), naming the
/// JSON path, for a type or a key that is not supported, and for a step behind ByteLevel, which
/// would see the byte alphabet.
PreTokenizer make_pre_tokenizer(const Json& json);

}  // namespace yonder::tokenizer
