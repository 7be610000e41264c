// SPDX-License-Identifier: Apache-2.0
#include "yonder/tokenizer/rules/byte_piece.h"

#include <gtest/gtest.h>

namespace yonder::tokenizer {
namespace {

TEST(BytePieceName, IsReadAsItIsWritten) {
  EXPECT_EQ(piece_of_byte(10), "<0x0A>");
  for (int byte = 0; byte < 256; ++byte) {
    EXPECT_EQ(byte_of_piece(piece_of_byte(static_cast<uint8_t>(byte))), byte);
  }
}

TEST(BytePieceName, HasOneSpelling) {
  for (const char* piece : {"", "<0x0a>", "<0xA>", "<0x0A> ", "<0xG0>", "<0x+A>", "(0x0A>"}) {
    EXPECT_EQ(byte_of_piece(piece), std::nullopt) << piece;
  }
}

}  // namespace
}  // namespace yonder::tokenizer
