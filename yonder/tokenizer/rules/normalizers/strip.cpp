// SPDX-License-Identifier: Apache-2.0
// Strip: white space off either end.
#include "yonder/base/utf8.h"
#include "yonder/tokenizer/rules/json_step.h"
#include "yonder/tokenizer/rules/normalizers/makers.h"
#include "yonder/tokenizer/rules/rust_character.h"
#include "yonder/tokenizer/rules/text_rewriter.h"

namespace yonder::tokenizer {

namespace {

class Strip final : public NormalizerStep {
 public:
  Strip(bool left, bool right) : left_(left), right_(right) {}

  void apply(NormalizedText& text) const override {
    const size_t begin = left_ ? white_space_prefix(text.bytes) : 0;
    const std::string_view rest = std::string_view(text.bytes).substr(begin);
    const size_t end = text.bytes.size() - (right_ ? white_space_suffix(rest) : 0);
    if (begin == 0 && end == text.bytes.size()) {
      return;
    }
    TextRewriter rewrite(text);
    rewrite.remove(begin);
    rewrite.keep(end - begin);
    text = rewrite.finish();
  }

 private:
  bool left_;
  bool right_;
};

}  // namespace

std::unique_ptr<const NormalizerStep> make_strip(const Json& json) {
  check_keys(json, {"strip_left", "strip_right"});
  return std::make_unique<Strip>(json.at("strip_left").boolean(), json.at("strip_right").boolean());
}

}  // namespace yonder::tokenizer
