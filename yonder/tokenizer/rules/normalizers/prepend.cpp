// SPDX-License-Identifier: Apache-2.0
// Prepend: a fixed text before every text that is not empty.
#include "yonder/tokenizer/rules/json_step.h"
#include "yonder/tokenizer/rules/normalizers/makers.h"
#include "yonder/tokenizer/rules/text_rewriter.h"

#include <utility>

namespace yonder::tokenizer {

namespace {

class Prepend final : public NormalizerStep {
 public:
  explicit Prepend(std::string prefix) : prefix_(std::move(prefix)) {}

  void apply(NormalizedText& text) const override {
    if (text.bytes.empty()) {
      return;
    }
    TextRewriter rewrite(text);
    rewrite.insert(prefix_);
    rewrite.keep_rest();
    text = rewrite.finish();
  }

 private:
  std::string prefix_;
};

}  // namespace

std::unique_ptr<const NormalizerStep> make_prepend(const Json& json) {
  check_keys(json, {"prepend"});
  return std::make_unique<Prepend>(json.at("prepend").text());
}

}  // namespace yonder::tokenizer
