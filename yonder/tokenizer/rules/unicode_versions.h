// SPDX-License-Identifier: Apache-2.0
// Hugging Face's tokenizers mixes tables of several versions of Unicode; ours are of Unicode 15.0
// and 16.0 (utf8proc, unicode_class.h). Where a character came or changed in between, these tables
// give tokenizers' answer.
// Source: every code point tried in tokenizers 0.23.3. Test: unicode_versions_test.cpp.
#pragma once

#include <cstdint>

namespace yonder::tokenizer {

/// A character that Unicode 16.0 normalises or counts as a mark, and Unicode 9.0 does not. For NFC,
/// NFD, NFKC, NFKD and StripAccents such a character is a plain one.
bool is_normalized_since_unicode_9(int32_t code_point);
/// A mark since Unicode 15.1 to 17.0: it continues a grapheme.
bool extends_grapheme_since_unicode_15(int32_t code_point);

/// Punctuation in Unicode 16.0, and not in Unicode 8.0, which decides for Punctuation.
bool is_punctuation_since_unicode_8(int32_t code_point);

}  // namespace yonder::tokenizer
