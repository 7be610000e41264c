// SPDX-License-Identifier: Apache-2.0
// The scanners. Each takes the alternatives of its expression in their order; the comments quote
// them. A character is looked up once by its first byte where it is ASCII, else by its code point.
#include "yonder/tokenizer/rules/split_pattern.h"

#include "yonder/base/utf8.h"
#include "yonder/tokenizer/rules/internal/pcre_pattern.h"
#include "yonder/tokenizer/rules/unicode_class.h"

#include <algorithm>
#include <array>
#include <iterator>

namespace yonder::tokenizer {

namespace {

constexpr const char* kGpt2 =
    R"('s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+)";
constexpr const char* kLlama3 =
    R"((?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}|)"
    R"( ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+)";
constexpr const char* kQwen2 = R"((?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}|)"
                               R"( ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+)";

// character_class() of ASCII, known before the program starts.
constexpr std::array<CharacterClass, 128> kAsciiClasses = [] {
  std::array<CharacterClass, 128> classes{};
  for (size_t c = 0; c < 128; ++c) {
    const bool letter = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
    classes[c] = letter                                 ? CharacterClass::letter
                 : c >= '0' && c <= '9'                 ? CharacterClass::number
                 : c == ' ' || (c >= 0x09 && c <= 0x0D) ? CharacterClass::space
                                                        : CharacterClass::other;
  }
  return classes;
}();

/// Reads a text character by character.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : text_(text) {}

  struct Character {
    CharacterClass kind = CharacterClass::other;
    size_t end = 0;
  };
  /// The character at i < size(), and where it ends.
  Character at(size_t i) const {
    const auto byte = static_cast<unsigned char>(text_[i]);
    if (byte < 0x80) {
      return {kAsciiClasses[byte], i + 1};
    }
    const Utf8Unit unit = utf8_at(text_, i);
    return {character_class(unit.code_point), i + unit.length};
  }
  size_t size() const { return text_.size(); }
  char byte(size_t i) const { return text_[i]; }
  bool is_newline(size_t i) const { return i < size() && (byte(i) == '\n' || byte(i) == '\r'); }
  /// Where the run of characters of this class that begins at i ends.
  size_t run(size_t i, CharacterClass kind) const {
    while (i < size()) {
      const Character next = at(i);
      if (next.kind != kind) {
        break;
      }
      i = next.end;
    }
    return i;
  }
  size_t newlines(size_t i) const {
    while (is_newline(i)) {
      ++i;
    }
    return i;
  }
  bool has(size_t i, std::string_view what) const { return text_.substr(i).starts_with(what); }

  // \s+(?!\S)|\s+   All white space, but before something else its last character stays for that,
  // unless it is the only one.
  size_t white_space(size_t i) const {
    size_t last = i;
    size_t end = i;
    while (end < size()) {
      const Character next = at(end);
      if (next.kind != CharacterClass::space) {
        return last == i ? end : last;
      }
      last = end;
      end = next.end;
    }
    return end;
  }

 private:
  std::string_view text_;
};

// 's|'t|'re|'ve|'m|'ll|'d   Length at i, 0 if there is none. Caseless, s is also U+017F (long s).
size_t contraction(const Scanner& text, size_t i, bool caseless) {
  if (text.byte(i) != '\'' || i + 1 == text.size()) {
    return 0;
  }
  const auto letter = [&](size_t at) {
    const char c = at < text.size() ? text.byte(at) : '\0';
    return caseless && c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  };
  switch (letter(i + 1)) {
    case 's':
    case 't':
    case 'm':
    case 'd':
      return 2;
    case 'r':
    case 'v':
      return letter(i + 2) == 'e' ? 3 : 0;
    case 'l':
      return letter(i + 2) == 'l' ? 3 : 0;
    default:
      return caseless && text.has(i + 1, "\xC5\xBF") ? 3 : 0;
  }
}

size_t next_gpt2(const Scanner& text, size_t i) {
  if (const size_t length = contraction(text, i, false); length > 0) {
    return i + length;
  }
  //  ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+
  Scanner::Character first = text.at(i);
  if (text.byte(i) == ' ' && first.end < text.size()) {
    first = text.at(first.end);
  }
  return first.kind == CharacterClass::space ? text.white_space(i)
                                             : text.run(first.end, first.kind);
}

template <int kDigits>
size_t next_llama3(const Scanner& text, size_t i) {
  if (const size_t length = contraction(text, i, true); length > 0) {
    return i + length;
  }
  const Scanner::Character first = text.at(i);
  const Scanner::Character second =
      first.end < text.size() ? text.at(first.end) : Scanner::Character{};
  // [^\r\n\p{L}\p{N}]?\p{L}+
  if (first.kind == CharacterClass::letter) {
    return text.run(first.end, CharacterClass::letter);
  }
  if (second.kind == CharacterClass::letter && first.kind != CharacterClass::number &&
      !text.is_newline(i)) {
    return text.run(second.end, CharacterClass::letter);
  }
  // \p{N}{1,3}
  if (first.kind == CharacterClass::number) {
    size_t end = first.end;
    for (int digits = 1; digits < kDigits && end < text.size(); ++digits) {
      const Scanner::Character next = text.at(end);
      if (next.kind != CharacterClass::number) {
        break;
      }
      end = next.end;
    }
    return end;
  }
  //  ?[^\s\p{L}\p{N}]+[\r\n]*
  if (first.kind == CharacterClass::other ||
      (text.byte(i) == ' ' && first.end < text.size() && second.kind == CharacterClass::other)) {
    return text.newlines(text.run(first.end, CharacterClass::other));
  }
  // \s*[\r\n]+   White space up to the last line end in it.
  const size_t end = text.run(i, CharacterClass::space);
  for (size_t k = end; k > i; --k) {
    if (text.is_newline(k - 1)) {
      return k;
    }
  }
  return text.white_space(i);
}

using Next = size_t (*)(const Scanner& text, size_t i);

/// The expressions that are recognised; next() gives the end of the match at i, which always
/// exists.
struct KnownExpression {
  const char* expression;
  Next next;
};
constexpr KnownExpression kKnown[] = {
    {kGpt2, next_gpt2}, {kLlama3, next_llama3<3>}, {kQwen2, next_llama3<1>}};

}  // namespace

struct SplitPattern::Impl {
  Next next = nullptr;                      // null: PCRE2 runs it
  std::unique_ptr<const PcrePattern> pcre;  // null: a scanner runs it
};

SplitPattern::SplitPattern(const std::string& expression) {
  auto impl = std::make_shared<Impl>();
  const auto* const known =
      std::find_if(std::begin(kKnown), std::end(kKnown),
                   [&](const KnownExpression& one) { return one.expression == expression; });
  if (known != std::end(kKnown)) {
    impl->next = known->next;
  } else {
    impl->pcre = std::make_unique<const PcrePattern>(expression);
  }
  impl_ = std::move(impl);
}

const SplitPattern& SplitPattern::gpt2() {
  static const SplitPattern pattern{kGpt2};
  return pattern;
}

bool SplitPattern::hand_written() const { return impl_->next != nullptr; }

void SplitPattern::find_all(std::string_view text, std::vector<ByteSpan>& matches) const {
  if (impl_->pcre != nullptr) {
    impl_->pcre->find_all(text, matches);
    return;
  }
  const Scanner scanner(text);
  for (size_t i = 0; i < text.size();) {
    const size_t end = impl_->next(scanner, i);
    matches.push_back({i, end});
    i = end;
  }
}

}  // namespace yonder::tokenizer
