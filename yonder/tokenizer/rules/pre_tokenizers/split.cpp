// SPDX-License-Identifier: Apache-2.0
// Split: cuts at the matches of a string or an expression.
#include "yonder/tokenizer/rules/json_step.h"
#include "yonder/tokenizer/rules/pattern.h"
#include "yonder/tokenizer/rules/pre_tokenizers/makers.h"
#include "yonder/tokenizer/rules/split_text.h"

#include <utility>

namespace yonder::tokenizer {

namespace {

class Split final : public PreTokenizerStep {
 public:
  Split(Pattern pattern, DelimiterBehavior behavior, bool invert)
      : pattern_(std::move(pattern)), behavior_(behavior), invert_(invert) {}

  void apply(SplitText& text, bool) const override {
    cut_words(text, behavior_, invert_, [&](std::string_view word, std::vector<ByteSpan>& matches) {
      pattern_.find_all(word, matches);
    });
  }

 private:
  Pattern pattern_;
  DelimiterBehavior behavior_;
  bool invert_;
};

}  // namespace

std::unique_ptr<const PreTokenizerStep> make_split(const Json& json) {
  check_keys(json, {"pattern", "behavior", "invert"});
  return std::make_unique<Split>(make_pattern(json), delimiter_behavior(json.at("behavior")),
                                 json.at("invert").boolean());
}

}  // namespace yonder::tokenizer
