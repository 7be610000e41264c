// SPDX-License-Identifier: Apache-2.0
#include "yonder/tokenizer/offsets.h"

#include "yonder/base/error.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace yonder::tokenizer {
namespace {

using Span = std::pair<uint64_t, uint64_t>;

std::vector<Span> converted(const std::string& text, const std::string& unit,
                            std::vector<Offset> offsets) {
  convert_offsets(text, unit, offsets);
  std::vector<Span> spans;
  for (const Offset& offset : offsets) {
    spans.emplace_back(offset.start, offset.end);
  }
  return spans;
}

// a, 太 (3 bytes), U+1F600 (4 bytes, two UTF-16 units), b
const std::string kText = "a太\U0001F600b";

TEST(Offsets, BytesStayAsTheyAre) {
  EXPECT_EQ(converted(kText, "bytes", {{0, 1}, {1, 9}}), (std::vector<Span>{{0, 1}, {1, 9}}));
}

TEST(Offsets, CodePointsCountCharacters) {
  EXPECT_EQ(converted(kText, "code-points", {{0, 1}, {1, 4}, {4, 8}, {8, 9}}),
            (std::vector<Span>{{0, 1}, {1, 2}, {2, 3}, {3, 4}}));
}

TEST(Offsets, Utf16CountsTwoUnitsBeyondTheBasicPlane) {
  EXPECT_EQ(converted(kText, "utf16", {{0, 1}, {1, 4}, {4, 8}, {8, 9}}),
            (std::vector<Span>{{0, 1}, {1, 2}, {2, 4}, {4, 5}}));
}

TEST(Offsets, ASpanThatCutsACharacterIsWidenedToIt) {
  EXPECT_EQ(converted(kText, "code-points", {{0, 2}, {2, 3}, {3, 6}}),
            (std::vector<Span>{{0, 2}, {1, 2}, {1, 3}}));
}

TEST(Offsets, AnEmptySpanStaysEmpty) {
  EXPECT_EQ(converted(kText, "utf16", {{0, 0}, {9, 9}}), (std::vector<Span>{{0, 0}, {5, 5}}));
}

TEST(Offsets, BytesThatAreNoUtf8CountOneEach) {
  EXPECT_EQ(converted("\xFF\xE5\xA4z", "code-points", {{0, 1}, {1, 3}, {3, 4}}),
            (std::vector<Span>{{0, 1}, {1, 3}, {3, 4}}));
}

TEST(Offsets, AnUnknownUnitIsRefused) {
  std::vector<Offset> none;
  EXPECT_THROW(convert_offsets("", "utf-16", none), Error);
}

}  // namespace
}  // namespace yonder::tokenizer
