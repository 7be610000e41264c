// SPDX-License-Identifier: Apache-2.0
// WhitespaceSplit: cuts at white space, which is removed.
#include "yonder/tokenizer/rules/json_step.h"
#include "yonder/tokenizer/rules/pre_tokenizers/makers.h"
#include "yonder/tokenizer/rules/rust_character.h"
#include "yonder/tokenizer/rules/split_text.h"

namespace yonder::tokenizer {

namespace {

class WhitespaceSplit final : public PreTokenizerStep {
 public:
  void apply(SplitText& text, bool) const override {
    cut_words(text, DelimiterBehavior::removed, false, find_characters(is_white_space));
  }
};

}  // namespace

std::unique_ptr<const PreTokenizerStep> make_whitespace_split(const Json& json) {
  check_keys(json, {});
  return std::make_unique<WhitespaceSplit>();
}

}  // namespace yonder::tokenizer
