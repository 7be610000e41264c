// SPDX-License-Identifier: Apache-2.0
#include "yonder/tokenizer/rules/charsmap.h"

#include "tests/error_text.h"
#include "tests/golden_file.h"
#include "yonder/base/base64.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace yonder::tokenizer {
namespace {

using testing::HasSubstr;

// The rules of tests/golden/make/text_rules.py: 256 units and the strings.
std::string small_blob() {
  return *base64_decode(golden_file("text_rules_sentencepiece").at("charsmap").text());
}

std::string little_endian(uint32_t value) {
  std::string bytes;
  for (int i = 0; i < 4; ++i) {
    bytes += static_cast<char>(value >> (8 * i) & 0xFF);
  }
  return bytes;
}

// A trie of 256 units, all zero but for those given, and the strings.
std::string blob_of(const std::vector<std::pair<size_t, uint32_t>>& units,
                    const std::string& strings) {
  std::string blob = little_endian(1024) + std::string(1024, '\0') + strings;
  for (const auto& [index, unit] : units) {
    blob.replace(4 + 4 * index, 4, little_endian(unit));
  }
  return blob;
}

uint32_t node(uint32_t label, uint32_t offset, bool has_value) {
  return label | (has_value ? 0x100U : 0U) | offset << 10;
}

TEST(Charsmap, FindsTheLongestAndTheShortestRule) {
  const Charsmap charsmap(small_blob(), "test");
  EXPECT_EQ(charsmap.longest("a\u0300\u0301b").length, 5U);
  EXPECT_EQ(charsmap.longest("a\u0300\u0301b").replacement, "\u00E0\u0301");
  EXPECT_EQ(charsmap.shortest("a\u0300\u0301b").length, 3U);
  EXPECT_EQ(charsmap.shortest("a\u0300\u0301b").replacement, "\u00E0");
  EXPECT_EQ(charsmap.longest("\u200Bx").length, 3U);
  EXPECT_EQ(charsmap.longest("\u200Bx").replacement, "");
  EXPECT_EQ(charsmap.longest("ab").length, 0U);
  EXPECT_EQ(charsmap.longest(std::string_view("\0a", 2)).length, 0U);
  EXPECT_EQ(charsmap.longest("").length, 0U);
}

TEST(Charsmap, KnowsTheAsciiThatNoRuleTouches) {
  const Charsmap charsmap(small_blob(), "test");
  EXPECT_TRUE(charsmap.is_plain_before_ascii('a'));  // only rules with a mark behind it
  EXPECT_TRUE(charsmap.is_plain_before_ascii('z'));
  EXPECT_FALSE(charsmap.is_plain_before_ascii('\t'));
  EXPECT_FALSE(charsmap.is_plain_before_ascii('Q'));
  EXPECT_FALSE(charsmap.is_plain_before_ascii('\xC3'));
}

TEST(Charsmap, WithoutABlobHasNoRules) {
  const Charsmap charsmap("", "test");
  EXPECT_EQ(charsmap.longest("\t").length, 0U);
  EXPECT_TRUE(charsmap.is_plain_before_ascii('\t'));
}

TEST(Charsmap, RejectsSizesThatDoNotFit) {
  const std::string blob = small_blob();
  for (const size_t size : {size_t{1}, size_t{4}, size_t{100}, size_t{1027}}) {
    error_text(ErrorKind::bad_data, [&] { Charsmap(blob.substr(0, size), "test"); });
  }
  EXPECT_THAT(error_text(ErrorKind::bad_data,
                         [&] { Charsmap(little_endian(1022) + blob.substr(4), "m.model"); }),
              HasSubstr("m.model: the trie of the normalisation rules is said to have 1022 bytes"));
}

TEST(Charsmap, RejectsATrieThatLeavesItsUnits) {
  EXPECT_THAT(error_text(ErrorKind::bad_data,
                         [] {
                           Charsmap(blob_of({{0, node(0, 256, false)}}, ""), "test");
                         }),
              HasSubstr("unit 0 of the normalisation rules' trie points beyond its 256 units"));
}

TEST(Charsmap, RejectsACircle) {
  // The root's child by 'a' at 1 ^ 'a' leads to the block of itself.
  const uint32_t child = 1 ^ 'a';
  const std::string blob =
      blob_of({{0, node(0, 1, false)}, {child, node('a', child ^ 1, false)}}, "");
  EXPECT_THAT(error_text(ErrorKind::bad_data, [&] { Charsmap(blob, "test"); }),
              HasSubstr("leads back to itself"));
}

TEST(Charsmap, RejectsAReplacementOutsideTheStrings) {
  const uint32_t child = 1 ^ 'a';
  const auto blob = [&](uint32_t value, const std::string& strings) {
    return blob_of(
        {{0, node(0, 1, false)}, {child, node('a', child ^ 2, true)}, {2, 1U << 31 | value}},
        strings);
  };
  EXPECT_EQ(Charsmap(blob(0, std::string("b\0", 2)), "test").longest("a").replacement, "b");
  EXPECT_THAT(
      error_text(ErrorKind::bad_data, [&] { Charsmap(blob(2, std::string("b\0", 2)), "test"); }),
      HasSubstr("names the replacement at offset 2, where no character begins; the strings "
                "end at 2"));
  error_text(ErrorKind::bad_data,
             [&] { Charsmap(blob(1, std::string("\u00E9\0", 3)), "test"); });  // inside a character
  error_text(ErrorKind::bad_data, [&] { Charsmap(blob(0, "b"), "test"); });    // no NUL
  EXPECT_THAT(
      error_text(ErrorKind::bad_data, [&] { Charsmap(blob(0, std::string("\xFF\0", 2)), "test"); }),
      HasSubstr("not UTF-8 at offset 0"));
}

TEST(Charsmap, SurvivesEveryChangedByteOfABlob) {
  const std::string blob = small_blob();
  for (size_t i = 0; i < blob.size(); ++i) {
    std::string damaged = blob;
    damaged[i] = static_cast<char>(~damaged[i]);
    try {
      const Charsmap charsmap(damaged, "test");
      charsmap.longest("a\u0300\u0301");
      charsmap.shortest("\u2460");
    } catch (const Error& error) {
      EXPECT_EQ(error.kind, ErrorKind::bad_data);
    }
  }
}

}  // namespace
}  // namespace yonder::tokenizer
