// SPDX-License-Identifier: Apache-2.0
#include "yonder/tokenizer/rules/unicode_versions.h"

#include "tests/golden_file.h"
#include "yonder/base/sha256.h"
#include "yonder/base/utf8.h"
#include "yonder/tokenizer/rules/normalizers.h"
#include "yonder/tokenizer/rules/text_rewriter.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <utility>
#include <vector>

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
  EXPECT_TRUE(is_punctuation_since_unicode_8(0x2E43));
  EXPECT_FALSE(is_punctuation_since_unicode_8('!'));
}

// Between letters and marks, in blocks, as in tests/golden/make/text_rules.py.
TEST(UnicodeVersions, MakeEveryCharacterNormalizeAsInTokenizers) {
  constexpr size_t kBlock = 4096;
  std::vector<int32_t> every;
  for (const auto& [first, last] : std::vector<std::pair<int32_t, int32_t>>{
           {0, 0xD7FF}, {0xE000, 0x1FFFF}, {0x2F800, 0x2FA1F}, {0xE0000, 0xE01FF}}) {
    for (int32_t c = first; c <= last; ++c) {
      every.push_back(c);
    }
  }
  const Json file = golden_file("text_rules_every_character");
  for (const Json& run : file.at("cases").array()) {
    const auto step = make_normalizer(run.at("step"));
    std::string all;
    for (size_t first = 0; first < every.size(); first += kBlock) {
      std::string block;
      for (size_t i = first; i < std::min(first + kBlock, every.size()); ++i) {
        std::string c;
        utf8_append(c, every[i]);
        block += "a" + c + "\u0334" + c + "\u0301A" + c + "\u0300\u0345" + c + "b";
      }
      NormalizedText text = unchanged_text(block);
      step->apply(text);
      all += text.bytes;
    }
    EXPECT_EQ(sha256_hex(all), run.at("sha256").text()) << run.at("step").at("type").text();
  }
}

}  // namespace
}  // namespace yonder::tokenizer
