// SPDX-License-Identifier: Apache-2.0
#include "yonder/tokenizer/chunks.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

namespace yonder::tokenizer {
namespace {

std::vector<std::string> chunks(std::string_view text) {
  std::vector<std::string> result;
  for (size_t start = 0; start < text.size();) {
    const size_t end = chunk_end(text, start);
    result.emplace_back(text.substr(start, end - start));
    start = end;
  }
  return result;
}

// What Python's re.findall(rb'(?s:[^\n])*\n+|[^\n]+', text) gives.
TEST(Chunks, EndAfterEachRunOfNewlines) {
  EXPECT_EQ(chunks("a\nb\n\n\nc"), (std::vector<std::string>{"a\n", "b\n\n\n", "c"}));
}

TEST(Chunks, KeepLeadingNewlinesAsAChunk) {
  EXPECT_EQ(chunks("\n\na\n"), (std::vector<std::string>{"\n\n", "a\n"}));
}

TEST(Chunks, OfATextWithoutNewlinesAreTheText) {
  EXPECT_EQ(chunks("abc"), (std::vector<std::string>{"abc"}));
}

TEST(Chunks, OfNothingAreNone) { EXPECT_TRUE(chunks("").empty()); }

TEST(Chunks, MayHoldAnyOtherByte) {
  const std::string text("\0\r\xFF\n\0", 5);
  EXPECT_EQ(chunks(text), (std::vector<std::string>{text.substr(0, 4), text.substr(4)}));
}

TEST(Chunks, AreSettledUpToTheLastOne) {
  EXPECT_EQ(last_chunk_start(""), 0U);
  EXPECT_EQ(last_chunk_start("abc"), 0U);
  EXPECT_EQ(last_chunk_start("abc\n\n"), 0U);
  EXPECT_EQ(last_chunk_start("\n\na"), 2U);
  EXPECT_EQ(last_chunk_start("a\n\nb\nc\n\n"), 5U);
}

}  // namespace
}  // namespace yonder::tokenizer
