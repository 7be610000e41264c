// SPDX-License-Identifier: Apache-2.0
// The character classes that Hugging Face's tokenizers takes from Rust, for its steps that name no
// regular expression. Expressions have their own classes (unicode_class.h).
// Of the Unicode version that tokenizers 0.23.3 has for each. Test: rust_character_test.cpp.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace yonder::tokenizer {

/// Each takes a code point, or -1 for a byte that belongs to no character, which is in no class.

/// White_Space (char::is_whitespace, and \s).
bool is_white_space(int32_t code_point);
/// Bytes of the white space that the text begins or ends with.
size_t white_space_prefix(std::string_view text);
size_t white_space_suffix(std::string_view text);
/// General category N (char::is_numeric).
bool is_numeric(int32_t code_point);
/// ASCII punctuation and symbols, and general category P.
bool is_punctuation(int32_t code_point);
/// \w: Alphabetic, M, Nd, Pc, Join_Control (UTS 18).
bool is_word_character(int32_t code_point);
/// General category M.
bool is_combining_mark(int32_t code_point);

}  // namespace yonder::tokenizer
