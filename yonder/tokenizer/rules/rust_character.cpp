// SPDX-License-Identifier: Apache-2.0
#include "yonder/tokenizer/rules/rust_character.h"

#include "yonder/base/utf8.h"
#include "yonder/tokenizer/rules/unicode_class.h"
#include "yonder/tokenizer/rules/unicode_versions.h"

namespace yonder::tokenizer {

namespace {

bool between(int32_t code_point, int32_t first, int32_t last) {
  return code_point >= first && code_point <= last;
}

// By its first letter: letters L, marks M, numbers N, punctuation P.
bool in_category(int32_t code_point, char group) {
  return code_point >= 0 && general_category(code_point).front() == group;
}

}  // namespace

bool is_white_space(int32_t code_point) {
  return between(code_point, 0x09, 0x0D) || code_point == 0x20 || code_point == 0x85 ||
         code_point == 0xA0 || code_point == 0x1680 || between(code_point, 0x2000, 0x200A) ||
         code_point == 0x2028 || code_point == 0x2029 || code_point == 0x202F ||
         code_point == 0x205F || code_point == 0x3000;
}

size_t white_space_prefix(std::string_view text) {
  size_t end = 0;
  while (end < text.size()) {
    const Utf8Unit unit = utf8_at(text, end);
    if (!is_white_space(unit.code_point)) {
      break;
    }
    end += unit.length;
  }
  return end;
}

size_t white_space_suffix(std::string_view text) {
  size_t begin = text.size();
  while (begin > 0) {
    const size_t previous = utf8_before(text, begin);
    if (!is_white_space(utf8_at(text, previous).code_point)) {
      break;
    }
    begin = previous;
  }
  return text.size() - begin;
}

bool is_numeric(int32_t code_point) {
  const bool since_unicode_17 =
      between(code_point, 0x11DE0, 0x11DE9) || between(code_point, 0x16FF4, 0x16FF6);
  return since_unicode_17 || in_category(code_point, 'N');
}

bool is_punctuation(int32_t code_point) {
  const bool ascii_symbol = code_point == '$' || code_point == '+' || code_point == '<' ||
                            code_point == '=' || code_point == '>' || code_point == '^' ||
                            code_point == '`' || code_point == '|' || code_point == '~';
  const bool until_unicode_12 = code_point == 0x166D || code_point == 0x111C9;
  return ascii_symbol || until_unicode_12 ||
         (in_category(code_point, 'P') && !is_punctuation_since_unicode_8(code_point));
}

bool is_word_character(int32_t code_point) {
  if (code_point < 0) {
    return false;
  }
  const std::string_view category = general_category(code_point);
  // Alphabetic beyond L, Nl and M: letters in circles and squares. Join_Control: U+200C, U+200D.
  return category.front() == 'L' || category.front() == 'M' || category == "Nd" ||
         category == "Nl" || category == "Pc" || between(code_point, 0x200C, 0x200D) ||
         between(code_point, 0x24B6, 0x24E9) || between(code_point, 0x1F130, 0x1F149) ||
         between(code_point, 0x1F150, 0x1F169) || between(code_point, 0x1F170, 0x1F189);
}

bool is_combining_mark(int32_t code_point) { return in_category(code_point, 'M'); }

}  // namespace yonder::tokenizer
