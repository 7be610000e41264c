// SPDX-License-Identifier: Apache-2.0
#include "yonder/tokenizer/rules/byte_alphabet.h"

#include "tests/random_text.h"

#include <gtest/gtest.h>

namespace yonder::tokenizer {
namespace {

TEST(ByteAlphabet, IsThatOfGpt2) {
  EXPECT_EQ(alphabet_from_bytes("Hi! \n"), "Hi!\u0120\u010A");
  EXPECT_EQ(alphabet_from_bytes("\xE4\xB8\xAD"), "\u00E4\u00B8\u0143");
  EXPECT_EQ(alphabet_from_bytes(std::string(1, '\0')), "\u0100");
  EXPECT_EQ(alphabet_from_bytes("\x7F\xA0\xAD"), "\u0121\u0142\u0143");
}

TEST(ByteAlphabet, IsUndoneForEveryByte) {
  EXPECT_EQ(bytes_from_alphabet(alphabet_from_bytes(all_bytes())), all_bytes());
}

TEST(ByteAlphabet, HasNoOtherCharacters) {
  for (const char* text : {" ", "a b", "\u4E2D", "\u0144", "\u00A0", "\xFF"}) {
    EXPECT_EQ(bytes_from_alphabet(text), std::nullopt) << text;
  }
  EXPECT_EQ(bytes_from_alphabet(""), "");
}

}  // namespace
}  // namespace yonder::tokenizer
