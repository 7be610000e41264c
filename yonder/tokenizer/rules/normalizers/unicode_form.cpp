// SPDX-License-Identifier: Apache-2.0
// NFC, NFD, NFKC, NFKD: the text is cut where the form cannot join the sides, and each stretch that
// the form changes corresponds as a whole. Unicode 9.0, as in tokenizers: see unicode_versions.h.
#include "yonder/base/utf8.h"
#include "yonder/tokenizer/rules/json_step.h"
#include "yonder/tokenizer/rules/normalizers/makers.h"
#include "yonder/tokenizer/rules/text_rewriter.h"
#include "yonder/tokenizer/rules/unicode_versions.h"

#include <algorithm>

namespace yonder::tokenizer {

namespace {

// Bytes of the characters that both begin with.
size_t common_prefix(std::string_view a, std::string_view b) {
  const auto differ = std::mismatch(a.begin(), a.end(), b.begin(), b.end());
  size_t n = static_cast<size_t>(differ.first - a.begin());
  const auto inside = [&](std::string_view text) {
    return n < text.size() && (static_cast<unsigned char>(text[n]) & 0xC0) == 0x80;
  };
  while (n > 0 && (inside(a) || inside(b))) {
    --n;
  }
  return n;
}

class UnicodeForm final : public NormalizerStep {
 public:
  explicit UnicodeForm(NormalForm form) : form_(form) {}

  void apply(NormalizedText& text) const override {
    const std::string_view bytes = text.bytes;
    TextRewriter rewrite(text);
    const auto stretch_until = [&](size_t end) {
      const std::string_view stretch = bytes.substr(rewrite.position(), end - rewrite.position());
      const std::string normal = normal_form(stretch, form_);
      const size_t same = common_prefix(stretch, normal);
      rewrite.keep(same);
      if (same < stretch.size()) {
        rewrite.replace(stretch.size() - same, std::string_view(normal).substr(same));
      }
    };
    for (size_t i = 0; i < bytes.size();) {
      // ASCII before ASCII stays.
      size_t run = i;
      while (run + 1 < bytes.size() && static_cast<unsigned char>(bytes[run]) < 0x80 &&
             static_cast<unsigned char>(bytes[run + 1]) < 0x80) {
        ++run;
      }
      if (run > i) {
        stretch_until(i);
        rewrite.keep(run - i);
        i = run;
      }
      const Utf8Unit unit = utf8_at(bytes, i);
      if (is_normalized_since_unicode_9(unit.code_point)) {
        stretch_until(i);
        rewrite.keep(unit.length);
      } else if (is_normal_form_boundary(unit.code_point, form_)) {
        stretch_until(i);
      }
      i += unit.length;
    }
    stretch_until(bytes.size());
    text = rewrite.finish();
  }

 private:
  NormalForm form_;
};

std::unique_ptr<const NormalizerStep> make(const Json& json, NormalForm form) {
  check_keys(json, {});
  return std::make_unique<UnicodeForm>(form);
}

}  // namespace

std::unique_ptr<const NormalizerStep> make_nfc(const Json& json) {
  return make(json, NormalForm::nfc);
}
std::unique_ptr<const NormalizerStep> make_nfd(const Json& json) {
  return make(json, NormalForm::nfd);
}
std::unique_ptr<const NormalizerStep> make_nfkc(const Json& json) {
  return make(json, NormalForm::nfkc);
}
std::unique_ptr<const NormalizerStep> make_nfkd(const Json& json) {
  return make(json, NormalForm::nfkd);
}

}  // namespace yonder::tokenizer
