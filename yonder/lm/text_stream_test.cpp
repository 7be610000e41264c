// SPDX-License-Identifier: Apache-2.0
#include "yonder/lm/text_stream.h"

#include "yonder/base/error.h"
#include "yonder/base/utf8.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck.h>

namespace yonder::lm {
namespace {

using ::testing::ElementsAre;

struct Shown {
  std::vector<std::string> pieces;
  TextSink sink() {
    return [this](std::string_view text) {
      pieces.emplace_back(text);
      return true;
    };
  }
  std::string all() const {
    std::string out;
    for (const std::string& piece : pieces) {
      out += piece;
    }
    return out;
  }
};

TEST(TextStream, HandsOutTokensAsTheyCome) {
  Shown shown;
  TextStream stream({}, shown.sink());
  EXPECT_TRUE(stream.push("one"));
  EXPECT_TRUE(stream.push(" two"));
  EXPECT_THAT(shown.pieces, ElementsAre("one", " two"));
}

TEST(TextStream, HoldsACharacterUntilItsLastByte) {
  Shown shown;
  TextStream stream({}, shown.sink());
  stream.push("a\xE4");
  stream.push("\xB8");
  EXPECT_THAT(shown.pieces, ElementsAre("a"));
  stream.push("\xADz");
  EXPECT_THAT(shown.pieces, ElementsAre("a", "\xE4\xB8\xADz"));
}

TEST(TextStream, AnUnfinishedCharacterGoesOutAtTheEnd) {
  Shown shown;
  TextStream stream({}, shown.sink());
  stream.push("a\xE4\xB8");
  stream.finish();
  EXPECT_EQ(shown.all(), "a\xE4\xB8");
}

TEST(TextStream, AStopStringAcrossTokensIsNeverShown) {
  Shown shown;
  TextStream stream({"\nUser:"}, shown.sink());
  EXPECT_TRUE(stream.push("fine.\nU"));
  EXPECT_THAT(shown.pieces, ElementsAre("fine."));
  EXPECT_TRUE(stream.push("ser"));
  EXPECT_FALSE(stream.push(": no"));
  stream.finish();
  EXPECT_TRUE(stream.stopped());
  EXPECT_EQ(stream.text(), "fine.");
  EXPECT_EQ(shown.all(), "fine.");
}

TEST(TextStream, ABeginningThatComesToNothingIsShown) {
  Shown shown;
  TextStream stream({"END"}, shown.sink());
  stream.push("E");
  EXPECT_TRUE(shown.pieces.empty());
  stream.push("N");
  stream.push("TER");
  EXPECT_EQ(shown.all(), "ENTER");
}

TEST(TextStream, TheStopStringThatIsCompleteFirstWins) {
  TextStream stream({"abcd", "bc"}, {});
  EXPECT_FALSE(stream.push("xabcd"));
  EXPECT_EQ(stream.text(), "xa");
}

TEST(TextStream, ASinkThatRefusesEndsIt) {
  TextStream stream({}, [](std::string_view) { return false; });
  EXPECT_FALSE(stream.push("x"));
  EXPECT_TRUE(stream.refused());
  EXPECT_FALSE(stream.stopped());
}

TEST(TextStream, AnEmptyStopStringIsAnError) { EXPECT_THROW(TextStream({""}, {}), Error); }

TEST(TextStreamProperty, CuttingIntoTokensDoesNotChangeTheText) {
  rc::check([] {
    const auto letters =
        *rc::gen::container<std::string>(rc::gen::elementOf(std::string("ab\xC3\xA4")));
    const auto stop =
        *rc::gen::nonEmpty(rc::gen::container<std::string>(rc::gen::elementOf(std::string("ab"))));
    const size_t found = letters.find(stop);
    const std::string expected = letters.substr(0, found);
    Shown shown;
    TextStream stream({stop}, shown.sink());
    size_t i = 0;
    while (i < letters.size()) {
      const size_t n = *rc::gen::inRange<size_t>(1, 5);
      if (!stream.push(std::string_view(letters).substr(i, n))) {
        break;
      }
      i += n;
    }
    stream.finish();
    RC_ASSERT(shown.all() == expected);
    RC_ASSERT(stream.stopped() == (found != std::string::npos));
  });
}

}  // namespace
}  // namespace yonder::lm
