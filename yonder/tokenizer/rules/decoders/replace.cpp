// SPDX-License-Identifier: Apache-2.0
// Replace: in every token, each match of a string or an expression becomes a fixed text.
#include "yonder/tokenizer/rules/decoders/stage.h"
#include "yonder/tokenizer/rules/json_step.h"
#include "yonder/tokenizer/rules/pattern.h"

namespace yonder::tokenizer {

namespace {

class Replace final : public WholeTokenStage {
 public:
  Replace(DecoderStage& next, const Pattern& pattern, const std::string& content)
      : WholeTokenStage(next), pattern_(pattern), content_(content) {}

 private:
  void token(const std::string& token) override {
    matches_.clear();
    pattern_.find_all(token, matches_);
    std::string out;
    size_t begin = 0;
    for (const ByteSpan& match : matches_) {
      out.append(token, begin, match.begin - begin);
      out += content_;
      begin = match.end;
    }
    out.append(token, begin);
    pass(out);
  }

  Pattern pattern_;
  std::string content_;
  std::vector<ByteSpan> matches_;
};

}  // namespace

DecoderSteps make_replace_stage(const Json& json) {
  check_keys(json, {"pattern", "content"});
  return {{[pattern = make_pattern(json), content = json.at("content").text()](DecoderStage& next,
                                                                               bool) {
    return std::make_unique<Replace>(next, pattern, content);
  }}};
}

}  // namespace yonder::tokenizer
