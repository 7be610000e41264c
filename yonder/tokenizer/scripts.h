// SPDX-License-Identifier: Apache-2.0
// Which writing system a character belongs to, coarsely: what evaluation groups text by.
//
// Hiragana and Katakana are one group; Common is what several scripts share (digits, punctuation,
// space, combining accents); Symbols are arrows, mathematical operators, shapes and pictographs,
// emoji included. Useful for statistics; not for choosing fonts or for splitting text.
// Source: the Unicode property Script, version 14.0. Test: scripts_test.cpp.
#pragma once

#include <cstddef>
#include <cstdint>

namespace yonder::tokenizer {

enum class Script : uint8_t {
  common,
  latin,
  han,
  kana,
  hangul,
  cyrillic,
  greek,
  arabic,
  hebrew,
  devanagari,
  thai,
  symbols,
  other,    ///< every other script, and unassigned code points
  invalid,  ///< a byte that belongs to no character
};

inline constexpr size_t kScripts = static_cast<size_t>(Script::invalid) + 1;

/// The name as people read it, e.g. "Latin".
const char* script_name(Script script);

/// code_point: a Unicode scalar value, or -1 for a byte that belongs to no character. An unassigned
/// code point has the script of its neighbours or Other.
Script script_of(int32_t code_point);

}  // namespace yonder::tokenizer
