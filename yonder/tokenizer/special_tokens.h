// SPDX-License-Identifier: Apache-2.0
// The three ids that are no text. Their names in user text stay ordinary text unless
// EncodeOptions::parse_special asks otherwise. Test: special_tokens_test.cpp.
#pragma once

#include "yonder/tokenizer/vocabulary.h"

#include <array>
#include <optional>
#include <string_view>

namespace yonder::tokenizer {

/// Names by id.
inline constexpr std::array<std::string_view, kFirstPieceId> kSpecialTokens = {"<pad>", "<bos>",
                                                                               "<eos>"};

/// A special token's name in a text.
struct SpecialToken {
  size_t begin;  // byte offset
  uint32_t id;
};

/// The first name at or after `from`.
std::optional<SpecialToken> find_special(std::string_view text, size_t from);

/// Bytes at the end of `text` that could be the beginning of a name: 0 to 4.
size_t special_prefix_at_end(std::string_view text);

}  // namespace yonder::tokenizer
