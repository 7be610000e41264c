// SPDX-License-Identifier: Apache-2.0
#include "yonder/tokenizer/rules/unicode_versions.h"

#include <gtest/gtest.h>

namespace yonder::tokenizer {
namespace {

TEST(UnicodeVersions, HoldWhatCameInBetween) {
  EXPECT_TRUE(is_normalized_since_unicode_9(0x32FF));  // square era name reiwa, Unicode 12.1
  EXPECT_TRUE(is_normalized_since_unicode_9(0x0EBA));
  EXPECT_FALSE(is_normalized_since_unicode_9(0x0301));
  EXPECT_FALSE(is_normalized_since_unicode_9(0x2460));
  EXPECT_FALSE(is_normalized_since_unicode_9(-1));
  EXPECT_TRUE(extends_grapheme_since_unicode_15(0x0897));
  EXPECT_FALSE(extends_grapheme_since_unicode_15(0x0898));
  EXPECT_FALSE(extends_grapheme_since_unicode_15('a'));
}

}  // namespace
}  // namespace yonder::tokenizer
