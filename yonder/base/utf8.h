// SPDX-License-Identifier: Apache-2.0
// UTF-8 as bytes: decoding, validation, NFC, character classes.
// Every function accepts any bytes; a byte that starts no valid sequence (RFC 3629: no surrogates,
// no overlong forms, at most U+10FFFF) is a unit of its own. Test: utf8_test.cpp.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace yonder {

/// One unit of a byte string.
struct Utf8Unit {
  int32_t code_point;  ///< the character, or -1 for a byte that belongs to none
  uint32_t length;     ///< bytes, 1 to 4
};

/// The unit at text[position]; position < text.size().
Utf8Unit utf8_at(std::string_view text, size_t position);
/// Where the unit that ends before text[end] begins; 0 < end <= text.size().
size_t utf8_before(std::string_view text, size_t end);
/// Offset of the first byte that is not UTF-8, or npos.
size_t utf8_first_error(std::string_view text);
/// `text` without the bytes that CPython's bytes.decode(errors="ignore") drops.
std::string utf8_drop_invalid(std::string_view text);
/// `text` with each maximal invalid subpart replaced by U+FFFD, for display (Unicode 15, 3.9).
std::string utf8_replace_invalid(std::string_view text);
/// Length of the incomplete but so far valid sequence that `text` ends with: 0 to 3.
size_t utf8_incomplete_suffix(std::string_view text);
/// Appends the character's bytes. code_point must be a scalar value.
void utf8_append(std::string& out, int32_t code_point);
/// Unicode general category Nd.
bool is_decimal_digit(int32_t code_point);
/// The four normalisation forms of Unicode (UAX 15).
enum class NormalForm { nfc, nfd, nfkc, nfkd };
/// The normalisation form of every valid stretch; invalid bytes stay as they are.
std::string normal_form(std::string_view text, NormalForm form);
/// True if any text may be cut before this character and the parts given to normal_form() one by
/// one; so it is for a byte that belongs to no character (code point -1). False for combining
/// marks, and for Hangul jamo that join what stands before them.
bool is_normal_form_boundary(int32_t code_point, NormalForm form);
/// The two for form C.
std::string nfc(std::string_view text);
bool is_nfc_boundary(int32_t code_point);
/// The Unicode version of nfc() and the classes, e.g. "15.0.0".
std::string unicode_version();

}  // namespace yonder
