// SPDX-License-Identifier: Apache-2.0
// What a split pattern asks of a character: is it a letter, a number, white space, or none of them?
//
// The answers are those of Unicode 16.0, which tokenizers 0.23 and tiktoken 0.14 use: utf8proc 2.8
// knows Unicode 15.0, and a list in unicode_class.cpp adds what came in 15.1 and 16.0. So ids do
// not depend on the version of the library that happens to be installed. Test:
// unicode_class_test.cpp, against the classes that both programs show.
#pragma once

#include <cstdint>
#include <string_view>

namespace yonder::tokenizer {

/// Unicode's general category, two letters: "Lu", "Nd", ... "Cn" for what is not assigned.
/// code_point: 0 to 0x10FFFF.
std::string_view general_category(int32_t code_point);

/// What \p{L}, \p{N} and \s match; the three have nothing in common.
enum class CharacterClass : uint8_t { other, letter, number, space };

/// code_point: -1 (a byte that belongs to no character: other) to 0x10FFFF. Cost: two loads; the
/// first call builds the table, some milliseconds.
CharacterClass character_class(int32_t code_point);

}  // namespace yonder::tokenizer
