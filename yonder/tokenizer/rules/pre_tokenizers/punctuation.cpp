// SPDX-License-Identifier: Apache-2.0
// Punctuation: cuts at every punctuation character.
#include "yonder/tokenizer/rules/json_step.h"
#include "yonder/tokenizer/rules/pre_tokenizers/makers.h"
#include "yonder/tokenizer/rules/rust_character.h"
#include "yonder/tokenizer/rules/split_text.h"

namespace yonder::tokenizer {

namespace {

class Punctuation final : public PreTokenizerStep {
 public:
  explicit Punctuation(DelimiterBehavior behavior) : behavior_(behavior) {}

  void apply(SplitText& text, bool) const override {
    cut_words(text, behavior_, false, find_characters(is_punctuation));
  }

 private:
  DelimiterBehavior behavior_;
};

}  // namespace

std::unique_ptr<const PreTokenizerStep> make_punctuation(const Json& json) {
  check_keys(json, {"behavior"});
  const Json* behavior = json.find("behavior");
  return std::make_unique<Punctuation>(behavior == nullptr ? DelimiterBehavior::isolated
                                                           : delimiter_behavior(*behavior));
}

}  // namespace yonder::tokenizer
