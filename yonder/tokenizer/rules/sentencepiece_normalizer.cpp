// SPDX-License-Identifier: Apache-2.0
#include "yonder/tokenizer/rules/sentencepiece_normalizer.h"

#include "yonder/base/utf8.h"
#include "yonder/tokenizer/rules/charsmap.h"
#include "yonder/tokenizer/rules/prefix_trie.h"
#include "yonder/tokenizer/rules/text_rewriter.h"

#include <array>

namespace yonder::tokenizer {

namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";  // U+FFFD
constexpr std::string_view kSpaceSymbol = "\xE2\x96\x81";  // U+2581

class SentencePieceNormalizer final : public NormalizerStep {
 public:
  SentencePieceNormalizer(const SentencePieceNormalization& options, const std::string& name)
      : charsmap_(options.charsmap, name),
        dummy_prefix_(options.add_dummy_prefix),
        remove_extra_(options.remove_extra_whitespaces),
        suffix_(options.treat_whitespace_as_suffix),
        space_(options.escape_whitespaces ? kSpaceSymbol : " ") {
    for (const std::string& symbol : options.user_defined) {
      if (!symbol.empty()) {
        user_defined_.insert(symbol, 0);
      }
    }
    for (int b = 0; b < 0x80; ++b) {
      const char byte = static_cast<char>(b);
      plain_[static_cast<size_t>(b)] =
          byte != ' ' && charsmap_.is_plain_before_ascii(byte) && !user_defined_.begins(byte);
    }
  }

  void apply(NormalizedText& text) const override {
    const std::string_view bytes = text.bytes;
    TextRewriter rewrite(text);
    const auto rest = [&] { return bytes.substr(rewrite.position()); };
    if (remove_extra_) {
      for (Unit unit = next(rest()); unit.length > 0 && unit.bytes == " "; unit = next(rest())) {
        rewrite.remove(unit.length);
      }
    }
    if (rest().empty()) {
      text = rewrite.finish();
      return;
    }
    if (dummy_prefix_ && !suffix_) {
      rewrite.insert(space_);
    }
    bool after_space = remove_extra_;
    std::string replacement;
    while (!rest().empty()) {
      if (const size_t run = plain_run(rest()); run > 0) {
        rewrite.keep(run);
        after_space = false;
        continue;
      }
      const Unit unit = next(rest());
      std::string_view kept = unit.bytes;
      while (after_space && kept.starts_with(' ')) {
        kept.remove_prefix(1);
      }
      if (kept == rest().substr(0, unit.length) && kept.find(' ') == std::string_view::npos) {
        rewrite.keep(unit.length);
      } else {
        replacement.clear();
        for (const char byte : kept) {
          if (byte == ' ') {
            replacement += space_;
          } else {
            replacement += byte;
          }
        }
        rewrite.replace(unit.length, replacement);
      }
      if (!kept.empty()) {
        after_space = remove_extra_ && kept.ends_with(' ');
      }
    }
    while (remove_extra_ && rewrite.bytes().ends_with(space_)) {
      rewrite.drop_last(space_.size());
    }
    if (dummy_prefix_ && suffix_) {
      rewrite.insert(space_);
    }
    text = rewrite.finish();
  }

 private:
  // What the next `length` bytes of the text become.
  struct Unit {
    size_t length = 0;
    std::string_view bytes;
  };

  Unit next(std::string_view text) const {
    if (text.empty()) {
      return {};
    }
    if (const auto symbol = user_defined_.longest(text)) {
      return {symbol->length, text.substr(0, symbol->length)};
    }
    if (const Charsmap::Match rule = charsmap_.longest(text); rule.length > 0) {
      return {rule.length, rule.replacement};
    }
    const Utf8Unit unit = utf8_at(text, 0);
    return {unit.length, unit.code_point < 0 ? kReplacement : text.substr(0, unit.length)};
  }

  // Bytes at the beginning that certainly stay: ASCII that no rule begins with as long as ASCII
  // follows. That is most of most texts.
  size_t plain_run(std::string_view text) const {
    size_t n = 0;
    while (n + 1 < text.size() && plain_[static_cast<uint8_t>(text[n])] &&
           static_cast<uint8_t>(text[n + 1]) < 0x80) {
      ++n;
    }
    return n;
  }

  Charsmap charsmap_;
  PrefixTrie user_defined_;
  bool dummy_prefix_;
  bool remove_extra_;
  bool suffix_;
  std::string_view space_;
  std::array<bool, 256> plain_{};
};

}  // namespace

std::unique_ptr<const NormalizerStep> make_sentencepiece_normalizer(
    const SentencePieceNormalization& options, const std::string& name) {
  return std::make_unique<SentencePieceNormalizer>(options, name);
}

}  // namespace yonder::tokenizer
