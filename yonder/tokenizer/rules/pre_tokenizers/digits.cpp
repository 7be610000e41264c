// SPDX-License-Identifier: Apache-2.0
// Digits: numbers are words by themselves, or each of their characters is.
#include "yonder/tokenizer/rules/json_step.h"
#include "yonder/tokenizer/rules/pre_tokenizers/makers.h"
#include "yonder/tokenizer/rules/rust_character.h"
#include "yonder/tokenizer/rules/split_text.h"

namespace yonder::tokenizer {

namespace {

class Digits final : public PreTokenizerStep {
 public:
  explicit Digits(bool individual)
      : behavior_(individual ? DelimiterBehavior::isolated : DelimiterBehavior::contiguous) {}

  void apply(SplitText& text, bool) const override {
    cut_words(text, behavior_, false, find_characters(is_numeric));
  }

 private:
  DelimiterBehavior behavior_;
};

}  // namespace

std::unique_ptr<const PreTokenizerStep> make_digits(const Json& json) {
  check_keys(json, {"individual_digits"});
  return std::make_unique<Digits>(json.at("individual_digits").boolean());
}

}  // namespace yonder::tokenizer
