// SPDX-License-Identifier: Apache-2.0
// Replace: every match of a string or an expression becomes a fixed text.
//
// Of a match of several characters the new text corresponds to the last one, as in tokenizers; the
// others count as removed. (It decides whether a word stands at the beginning of the document.)
#include "yonder/base/utf8.h"
#include "yonder/tokenizer/rules/json_step.h"
#include "yonder/tokenizer/rules/normalizers/makers.h"
#include "yonder/tokenizer/rules/pattern.h"
#include "yonder/tokenizer/rules/text_rewriter.h"

#include <algorithm>
#include <utility>
#include <vector>

namespace yonder::tokenizer {

namespace {

class Replace final : public NormalizerStep {
 public:
  Replace(Pattern pattern, std::string content)
      : pattern_(std::move(pattern)), content_(std::move(content)) {}

  void apply(NormalizedText& text) const override {
    const std::string_view bytes = text.bytes;
    std::vector<ByteSpan> matches;
    pattern_.find_all(bytes, matches);
    if (matches.empty()) {
      return;
    }
    TextRewriter rewrite(text);
    for (const ByteSpan& match : matches) {
      rewrite.keep(match.begin - rewrite.position());
      const size_t last = std::max(match.begin, utf8_before(bytes, match.end));
      rewrite.remove(last - match.begin);
      rewrite.replace(match.end - last, content_);
    }
    rewrite.keep_rest();
    text = rewrite.finish();
  }

 private:
  Pattern pattern_;
  std::string content_;
};

}  // namespace

std::unique_ptr<const NormalizerStep> make_replace(const Json& json) {
  check_keys(json, {"pattern", "content"});
  return std::make_unique<Replace>(make_pattern(json), json.at("content").text());
}

}  // namespace yonder::tokenizer
