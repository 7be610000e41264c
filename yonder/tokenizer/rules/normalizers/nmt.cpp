// SPDX-License-Identifier: Apache-2.0
// Nmt: control characters are removed, line ends and other separators become a space.
#include "yonder/tokenizer/rules/json_step.h"
#include "yonder/tokenizer/rules/normalizers/makers.h"
#include "yonder/tokenizer/rules/normalizers/map_characters.h"

namespace yonder::tokenizer {

namespace {

bool is_removed(int32_t c) {
  return (c >= 0x01 && c <= 0x08) || c == 0x0B || (c >= 0x0E && c <= 0x1F) || c == 0x7F ||
         c == 0x8F || c == 0x9F;
}

bool becomes_space(int32_t c) {
  return c == 0x09 || c == 0x0A || c == 0x0C || c == 0x0D || c == 0x1680 ||
         (c >= 0x200B && c <= 0x200F) || c == 0x2028 || c == 0x2029 || c == 0x2581 || c == 0xFEFF ||
         c == 0xFFFD;
}

class Nmt final : public NormalizerStep {
 public:
  void apply(NormalizedText& text) const override {
    map_characters(
        text, [](char byte) { return byte >= ' ' && byte < 0x7F; },
        [](int32_t c, std::string_view bytes) -> std::string_view {
          if (is_removed(c)) {
            return {};
          }
          return becomes_space(c) ? " " : bytes;
        });
  }
};

}  // namespace

std::unique_ptr<const NormalizerStep> make_nmt(const Json& json) {
  check_keys(json, {});
  return std::make_unique<Nmt>();
}

}  // namespace yonder::tokenizer
