// SPDX-License-Identifier: Apache-2.0
#include "yonder/tokenizer/rules/rust_character.h"

#include "yonder/base/utf8.h"

#include <utf8proc.h>

namespace yonder::tokenizer {

namespace {

bool between(int32_t code_point, int32_t first, int32_t last) {
  return code_point >= first && code_point <= last;
}

bool category_between(int32_t code_point, utf8proc_category_t first, utf8proc_category_t last) {
  const utf8proc_category_t category = utf8proc_category(code_point);
  return category >= first && category <= last;
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
  return category_between(code_point, UTF8PROC_CATEGORY_ND, UTF8PROC_CATEGORY_NO);
}

bool is_punctuation(int32_t code_point) {
  const bool ascii_symbol = code_point == '$' || code_point == '+' || code_point == '<' ||
                            code_point == '=' || code_point == '>' || code_point == '^' ||
                            code_point == '`' || code_point == '|' || code_point == '~';
  return ascii_symbol || category_between(code_point, UTF8PROC_CATEGORY_PC, UTF8PROC_CATEGORY_PO);
}

bool is_word_character(int32_t code_point) {
  // Alphabetic beyond L, Nl and M: letters in circles and squares. Join_Control: U+200C, U+200D.
  return category_between(code_point, UTF8PROC_CATEGORY_LU, UTF8PROC_CATEGORY_NL) ||
         utf8proc_category(code_point) == UTF8PROC_CATEGORY_PC ||
         between(code_point, 0x200C, 0x200D) || between(code_point, 0x24B6, 0x24E9) ||
         between(code_point, 0x1F130, 0x1F149) || between(code_point, 0x1F150, 0x1F169) ||
         between(code_point, 0x1F170, 0x1F189);
}

bool is_combining_mark(int32_t code_point) {
  return category_between(code_point, UTF8PROC_CATEGORY_MN, UTF8PROC_CATEGORY_ME);
}

}  // namespace yonder::tokenizer
