// SPDX-License-Identifier: Apache-2.0
#include "yonder/tokenizer/rules/unicode_class.h"

#include "yonder/base/file.h"
#include "yonder/base/json.h"

#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

namespace yonder::tokenizer {
namespace {

TEST(UnicodeClass, IsWhatTokenizersAndTiktokenMatch) {
  const Json golden = parse_json(
      read_file(YONDER_SOURCE_DIR "/tests/golden/tokenizer/unicode_classes.json"), "golden");
  const std::map<std::string, CharacterClass> names = {{"letter", CharacterClass::letter},
                                                       {"number", CharacterClass::number},
                                                       {"space", CharacterClass::space}};
  std::vector<CharacterClass> expected(0x110000, CharacterClass::other);
  for (const Json& row : golden.at("cases").array()) {
    for (const Json& range : row.at("ranges").array()) {
      for (int64_t c = range.array()[0].integer(); c <= range.array()[1].integer(); ++c) {
        expected[static_cast<size_t>(c)] = names.at(row.at("class").text());
      }
    }
  }
  for (int32_t c = 0; c < 0x110000; ++c) {
    ASSERT_EQ(character_class(c), expected[static_cast<size_t>(c)]) << "U+" << std::hex << c;
  }
}

TEST(UnicodeClass, IsOtherForAByteThatBelongsToNoCharacter) {
  EXPECT_EQ(character_class(-1), CharacterClass::other);
}

TEST(UnicodeClass, KnowsCategoriesOfUnicode16) {
  EXPECT_EQ(general_category('a'), "Ll");
  EXPECT_EQ(general_category(0x1C89), "Lu");   // 16.0
  EXPECT_EQ(general_category(0x2EBF0), "Lo");  // 15.1
  EXPECT_EQ(general_category(0x1171E), "Mc");  // Mn in 15.0
  EXPECT_EQ(general_category(0x1FAE9), "So");  // the last row but one
  EXPECT_EQ(general_category(0x10FFFF), "Cn");
}

}  // namespace
}  // namespace yonder::tokenizer
