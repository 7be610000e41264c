// SPDX-License-Identifier: Apache-2.0
#include "yonder/tokenizer/rules/text_rewriter.h"

#include "tests/normalized_text.h"

#include <gtest/gtest.h>

namespace yonder::tokenizer {
namespace {

TEST(TextRewriter, KeepsAnUnchangedTextInOneStretch) {
  const NormalizedText text = unchanged_text("abc");
  TextRewriter rewrite(text);
  rewrite.keep(1);
  rewrite.keep_rest();
  const NormalizedText same = rewrite.finish();
  EXPECT_EQ(same.bytes, "abc");
  EXPECT_EQ(same.stretches.size(), 1U);
  expect_map_is_right(same, "abc");
}

TEST(TextRewriter, MapsAReplacementAsAWhole) {
  const NormalizedText text = unchanged_text("abcd");
  TextRewriter rewrite(text);
  rewrite.keep(1);
  rewrite.replace(2, "XYZ");
  rewrite.keep_rest();
  const NormalizedText now = rewrite.finish();
  EXPECT_EQ(now.bytes, "aXYZd");
  expect_map_is_right(now, "abcd");
  EXPECT_EQ(now.original_start(2), 1U);
  EXPECT_EQ(now.original_end(2), 3U);
}

TEST(TextRewriter, LeavesRemovedBytesBetweenTheirNeighbours) {
  const NormalizedText text = unchanged_text("abcd");
  TextRewriter rewrite(text);
  rewrite.remove(1);
  rewrite.keep(1);
  rewrite.remove(1);
  rewrite.keep(1);
  const NormalizedText now = rewrite.finish();
  EXPECT_EQ(now.bytes, "bd");
  expect_map_is_right(now, "abcd");
  EXPECT_EQ(now.original_start(0), 1U);
  EXPECT_EQ(now.original_end(1), 2U);
  EXPECT_EQ(now.original_start(1), 3U);
}

TEST(TextRewriter, EndsBeforeBytesRemovedAtTheEnd) {
  const NormalizedText text = unchanged_text("ab ");
  TextRewriter rewrite(text);
  rewrite.keep_rest();
  rewrite.drop_last(1);
  const NormalizedText now = rewrite.finish();
  EXPECT_EQ(now.bytes, "ab");
  expect_map_is_right(now, "ab ");
  EXPECT_EQ(now.original_end(2), 2U);
}

TEST(TextRewriter, GivesInsertedBytesNoOriginal) {
  const NormalizedText text = unchanged_text("ab");
  TextRewriter rewrite(text);
  rewrite.insert("_");
  rewrite.keep_rest();
  const NormalizedText now = rewrite.finish();
  EXPECT_EQ(now.bytes, "_ab");
  expect_map_is_right(now, "ab");
  EXPECT_EQ(now.original_start(1), 0U);
  EXPECT_EQ(now.original_end(1), 0U);
}

TEST(TextRewriter, JoinsWhatTwoStepsChangeTogether) {
  const NormalizedText text = unchanged_text("abcd");
  TextRewriter first(text);
  first.keep(1);
  first.replace(2, "1234");
  first.keep_rest();
  const NormalizedText between = first.finish();  // a1234d
  TextRewriter second(between);
  second.keep(3);
  second.replace(3, "Z");  // 34d
  const NormalizedText now = second.finish();
  EXPECT_EQ(now.bytes, "a12Z");
  expect_map_is_right(now, "abcd");
  EXPECT_EQ(now.original_start(3), 1U);
  EXPECT_EQ(now.original_end(3), 4U);
}

TEST(TextRewriter, EndsAReplacementWhereTheMapSaysSo) {
  const NormalizedText text = unchanged_text("abcdef");
  TextRewriter first(text);
  first.keep(1);
  first.remove(1);
  first.replace(2, "X");
  first.keep_rest();
  const NormalizedText between = first.finish();  // aXef
  for (size_t begin = 0; begin < between.bytes.size(); ++begin) {
    for (size_t end = begin + 1; end <= between.bytes.size(); ++end) {
      TextRewriter second(between);
      second.keep(begin);
      second.replace(end - begin, "--");
      second.keep_rest();
      const NormalizedText now = second.finish();
      EXPECT_EQ(now.original_start(begin), between.original_start(begin));
      EXPECT_EQ(now.original_end(begin + 2), between.original_end(end));
      expect_map_is_right(now, "abcdef");
    }
  }
}

// Three rewrites of random parts, one after the other.
RC_GTEST_PROP(TextRewriter, AlwaysLeadsBackToTheOriginal, ()) {
  const std::string original = *gen_tricky_text();
  NormalizedText text = unchanged_text(original);
  for (int step = 0; step < 3; ++step) {
    TextRewriter rewrite(text);
    while (rewrite.position() < text.bytes.size()) {
      const size_t left = text.bytes.size() - rewrite.position();
      const size_t n = *rc::gen::inRange<size_t>(1, left + 1);
      switch (*rc::gen::inRange(0, 5)) {
        case 0:
          rewrite.replace(n, "xy");
          break;
        case 1:
          rewrite.remove(n);
          break;
        case 2:
          rewrite.insert("+");
          break;
        case 3:
          rewrite.drop_last(std::min<size_t>(rewrite.bytes().size(), 2));
          break;
        default:
          rewrite.keep(n);
      }
    }
    text = rewrite.finish();
    expect_map_is_right(text, original);
  }
}

}  // namespace
}  // namespace yonder::tokenizer
