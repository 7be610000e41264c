// SPDX-License-Identifier: Apache-2.0
// Lowercase: each character by itself, so every capital sigma becomes a medial one.
#include "yonder/tokenizer/rules/json_step.h"
#include "yonder/tokenizer/rules/normalizers/makers.h"
#include "yonder/tokenizer/rules/normalizers/map_characters.h"

#include <utf8proc.h>

#include <string>

namespace yonder::tokenizer {

namespace {

// The letters that got a lower case since Unicode 15.0 (utf8proc's tables), up to 17.0 (Rust's).
int32_t lowercase_since_unicode_15(int32_t c) {
  if (c >= 0x10D50 && c <= 0x10D65) {
    return c + 0x20;
  }
  if (c >= 0x16EA0 && c <= 0x16EB8) {
    return c + 0x1B;
  }
  switch (c) {
    case 0xA7CB:
      return 0x264;
    case 0xA7DC:
      return 0x19B;
    case 0x1C89:
    case 0xA7CC:
    case 0xA7CE:
    case 0xA7D2:
    case 0xA7D4:
    case 0xA7DA:
      return c + 1;
    default:
      return c;
  }
}

class Lowercase final : public NormalizerStep {
 public:
  void apply(NormalizedText& text) const override {
    std::string lower;
    map_characters(
        text, [](char byte) { return byte < 'A' || byte > 'Z'; },
        [&](int32_t c, std::string_view bytes) -> std::string_view {
          if (c < 0) {
            return bytes;
          }
          lower.clear();
          if (c == 0x130) {
            lower = "i\xCC\x87";  // the only character whose lower case has two
          } else {
            utf8_append(lower, lowercase_since_unicode_15(utf8proc_tolower(c)));
          }
          return lower;
        });
  }
};

}  // namespace

std::unique_ptr<const NormalizerStep> make_lowercase(const Json& json) {
  check_keys(json, {});
  return std::make_unique<Lowercase>();
}

}  // namespace yonder::tokenizer
