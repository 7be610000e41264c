// SPDX-License-Identifier: Apache-2.0
#include "yonder/tokenizer/rules/rust_character.h"

#include "tests/golden_file.h"

#include <gtest/gtest.h>

#include <map>
#include <vector>

namespace yonder::tokenizer {
namespace {

TEST(RustCharacter, HasTheClassesOfTokenizers) {
  using Class = bool (*)(int32_t);
  const std::map<std::string, Class> classes = {{"white_space", is_white_space},
                                                {"word", is_word_character},
                                                {"numeric", is_numeric},
                                                {"punctuation", is_punctuation}};
  const Json file = golden_file("text_rules_characters");
  for (const Json& run : file.at("cases").array()) {
    std::vector<bool> expected(0x110000);
    for (const Json& range : run.at("ranges").array()) {
      for (int64_t c = range.array()[0].integer(); c <= range.array()[1].integer(); ++c) {
        expected[static_cast<size_t>(c)] = true;
      }
    }
    const Class is_member = classes.at(run.at("class").text());
    EXPECT_FALSE(is_member(-1));
    for (int32_t c = 0; c < 0x110000; ++c) {
      if (c >= 0xD800 && c <= 0xDFFF) {
        continue;
      }
      ASSERT_EQ(is_member(c), expected[static_cast<size_t>(c)]) << run.path() << " " << c;
    }
  }
}

TEST(RustCharacter, MeasuresWhiteSpaceAtEitherEnd) {
  EXPECT_EQ(white_space_prefix(" \u3000a "), 4U);
  EXPECT_EQ(white_space_suffix(" a\u00A0\n"), 3U);
  EXPECT_EQ(white_space_prefix("  "), 2U);
  EXPECT_EQ(white_space_suffix("  "), 2U);
  EXPECT_EQ(white_space_suffix("a\x80"), 0U);
}

}  // namespace
}  // namespace yonder::tokenizer
