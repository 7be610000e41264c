// SPDX-License-Identifier: Apache-2.0
// GPT-2's way to write bytes as characters: 33-126, 161-172 and 174-255 stand for themselves, the
// other 68 bytes in order for U+0100, U+0101, ... A space is U+0120.
//
// Byte-level vocabularies are written in it. Ours are bytes: it is undone when they are read.
// Source: openai/gpt-2, src/encoder.py, bytes_to_unicode(). Test: byte_alphabet_test.cpp.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace yonder::tokenizer {

/// The bytes that `text` writes; nothing if a character of it is not in the alphabet.
std::optional<std::string> bytes_from_alphabet(std::string_view text);
/// `bytes` written in the alphabet.
std::string alphabet_from_bytes(std::string_view bytes);

}  // namespace yonder::tokenizer
