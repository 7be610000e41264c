// SPDX-License-Identifier: Apache-2.0
// How vocabularies with byte fallback write a byte as a piece: <0x0A>.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace yonder::tokenizer {

/// The byte, if `piece` is written so, with two capital hexadecimal digits.
std::optional<uint8_t> byte_of_piece(std::string_view piece);
/// "<0x0A>" for 10.
std::string piece_of_byte(uint8_t byte);

}  // namespace yonder::tokenizer
