// SPDX-License-Identifier: Apache-2.0
// StripAccents: combining marks are removed. They stand alone only after NFD or NFKD.
#include "yonder/tokenizer/rules/json_step.h"
#include "yonder/tokenizer/rules/normalizers/makers.h"
#include "yonder/tokenizer/rules/normalizers/map_characters.h"
#include "yonder/tokenizer/rules/rust_character.h"
#include "yonder/tokenizer/rules/unicode_versions.h"

namespace yonder::tokenizer {

namespace {

// General category M by Unicode 9.0.
bool is_accent(int32_t c) {
  const bool mark_until_unicode_11 = c == 0x1CF2 || c == 0x1CF3;
  return mark_until_unicode_11 || (is_combining_mark(c) && !is_normalized_since_unicode_9(c));
}

class StripAccents final : public NormalizerStep {
 public:
  void apply(NormalizedText& text) const override {
    map_characters(
        text, [](char) { return true; },
        [](int32_t c, std::string_view bytes) {
          return is_accent(c) ? std::string_view() : bytes;
        });
  }
};

}  // namespace

std::unique_ptr<const NormalizerStep> make_strip_accents(const Json& json) {
  check_keys(json, {});
  return std::make_unique<StripAccents>();
}

}  // namespace yonder::tokenizer
