// SPDX-License-Identifier: Apache-2.0
#include "yonder/tokenizer/rules/byte_piece.h"

#include <fmt/core.h>

#include <charconv>

namespace yonder::tokenizer {

std::optional<uint8_t> byte_of_piece(std::string_view piece) {
  uint8_t byte = 0;
  if (piece.size() != 6 ||
      std::from_chars(piece.data() + 3, piece.data() + 5, byte, 16).ptr != piece.data() + 5 ||
      piece != piece_of_byte(byte)) {
    return std::nullopt;
  }
  return byte;
}

std::string piece_of_byte(uint8_t byte) { return fmt::format("<0x{:02X}>", byte); }

}  // namespace yonder::tokenizer
