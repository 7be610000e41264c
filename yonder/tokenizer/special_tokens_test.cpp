// SPDX-License-Identifier: Apache-2.0
#include "yonder/tokenizer/special_tokens.h"

#include <gtest/gtest.h>

#include <string>

namespace yonder::tokenizer {
namespace {

TEST(FindSpecial, GivesTheFirstNameAndItsId) {
  const std::string text = "a<<eos><bos><pad";
  const auto first = find_special(text, 0);
  ASSERT_TRUE(first);
  EXPECT_EQ(first->begin, 2U);
  EXPECT_EQ(first->id, kEosId);
  const auto second = find_special(text, 3);
  ASSERT_TRUE(second);
  EXPECT_EQ(second->begin, 7U);
  EXPECT_EQ(second->id, kBosId);
  EXPECT_FALSE(find_special(text, 8));
}

TEST(FindSpecial, FindsNothingInNothing) {
  EXPECT_FALSE(find_special("", 0));
  EXPECT_FALSE(find_special("<Bos> <bos >", 0));
}

TEST(SpecialPrefixAtEnd, IsTheLongestBeginningOfAName) {
  EXPECT_EQ(special_prefix_at_end(""), 0U);
  EXPECT_EQ(special_prefix_at_end("<"), 1U);
  EXPECT_EQ(special_prefix_at_end("a<b"), 2U);
  EXPECT_EQ(special_prefix_at_end("a<bo"), 3U);
  EXPECT_EQ(special_prefix_at_end("a<bos"), 4U);
  EXPECT_EQ(special_prefix_at_end("a<bos>"), 0U);
  EXPECT_EQ(special_prefix_at_end("<bo<"), 1U);
  EXPECT_EQ(special_prefix_at_end("<bx"), 0U);
}

}  // namespace
}  // namespace yonder::tokenizer
