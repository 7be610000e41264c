// SPDX-License-Identifier: Apache-2.0
// Precompiled: the charsmap of a SentencePiece model as Hugging Face's tokenizers applies it, which
// is not as SentencePiece does.
//
// The text is read grapheme by grapheme. One of fewer than 6 bytes is looked up whole, and the
// shortest rule that it begins with stands for all of it (what follows the rule's characters is
// lost: a, grave, acute gives a with grave). Otherwise each character is looked up by itself.
// Source: normalizers/precompiled.rs and the crate spm_precompiled.
#include "yonder/base/base64.h"
#include "yonder/base/error.h"
#include "yonder/base/utf8.h"
#include "yonder/tokenizer/rules/charsmap.h"
#include "yonder/tokenizer/rules/json_step.h"
#include "yonder/tokenizer/rules/normalizers/makers.h"
#include "yonder/tokenizer/rules/text_rewriter.h"
#include "yonder/tokenizer/rules/unicode_versions.h"

#include <utf8proc.h>

namespace yonder::tokenizer {

namespace {

// The character as the tables of utf8proc know it: a mark newer than they are counts as any other.
int32_t known_character(int32_t code_point) {
  constexpr int32_t kAnyMark = 0x301;
  return extends_grapheme_since_unicode_15(code_point) ? kAnyMark : code_point;
}

// Bytes of the extended grapheme cluster (UAX 29) at `position`; a byte that belongs to no
// character is one.
size_t grapheme_length(std::string_view text, size_t position) {
  Utf8Unit unit = utf8_at(text, position);
  size_t end = position + unit.length;
  int32_t state = 0;
  while (unit.code_point >= 0 && end < text.size()) {
    const Utf8Unit next = utf8_at(text, end);
    if (next.code_point < 0 ||
        utf8proc_grapheme_break_stateful(known_character(unit.code_point),
                                         known_character(next.code_point), &state)) {
      break;
    }
    unit = next;
    end += unit.length;
  }
  return end - position;
}

class Precompiled final : public NormalizerStep {
 public:
  explicit Precompiled(Charsmap charsmap) : charsmap_(std::move(charsmap)) {}

  void apply(NormalizedText& text) const override {
    const std::string_view bytes = text.bytes;
    TextRewriter rewrite(text);
    // Characters removed before anything is written are not missed by tokenizers: its map says
    // that the first character written stands at the beginning. Here it takes them along.
    size_t removed_first = 0;
    const auto keep = [&](size_t n) {
      if (removed_first == 0) {
        rewrite.keep(n);
        return;
      }
      const size_t first = utf8_at(bytes, removed_first).length;
      rewrite.replace(removed_first + first, bytes.substr(removed_first, first));
      rewrite.keep(n - first);
      removed_first = 0;
    };
    const auto replace = [&](size_t n, std::string_view replacement) {
      if (replacement.empty() && rewrite.bytes().empty()) {
        removed_first += n;
      } else {
        rewrite.replace(removed_first + n, replacement);
        removed_first = 0;
      }
    };
    while (true) {
      const size_t begin = rewrite.position() + removed_first;
      if (begin == bytes.size()) {
        break;
      }
      if (const size_t run = plain_run(bytes.substr(begin)); run > 0) {
        keep(run);
        continue;
      }
      const size_t length = grapheme_length(bytes, begin);
      if (length < 6) {
        const Charsmap::Match rule = charsmap_.shortest(bytes.substr(begin, length));
        if (rule.length > 0) {
          replace(length, rule.replacement);
          continue;
        }
      }
      for (size_t i = begin; i < begin + length;) {
        const std::string_view character = bytes.substr(i, utf8_at(bytes, i).length);
        const Charsmap::Match rule = charsmap_.shortest(character);
        if (rule.length > 0) {
          replace(character.size(), rule.replacement);
        } else {
          keep(character.size());
        }
        i += character.size();
      }
    }
    text = rewrite.finish();
  }

 private:
  // ASCII characters at the beginning that are graphemes without a rule.
  size_t plain_run(std::string_view text) const {
    size_t n = 0;
    while (n + 1 < text.size() && charsmap_.is_plain_before_ascii(text[n]) &&
           static_cast<unsigned char>(text[n + 1]) < 0x80) {
      ++n;
    }
    return n;
  }

  Charsmap charsmap_;
};

}  // namespace

std::unique_ptr<const NormalizerStep> make_precompiled(const Json& json) {
  check_keys(json, {"precompiled_charsmap"});
  const Json& encoded = json.at("precompiled_charsmap");
  const std::optional<std::string> blob = base64_decode(encoded.text());
  require(blob.has_value(), ErrorKind::bad_data, "{}: this is not base64", encoded.path());
  require(!blob->empty(), ErrorKind::bad_data,
          "{}: the rules are empty; set \"normalizer\" to null if there are none", encoded.path());
  return std::make_unique<Precompiled>(Charsmap(*blob, encoded.path()));
}

}  // namespace yonder::tokenizer
