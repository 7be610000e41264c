// SPDX-License-Identifier: Apache-2.0
#include "yonder/lm/position/scheme_set.h"

#include "yonder/base/error.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace yonder::lm {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

const RopeSpec kRope{.dims = 64, .base = 1e4, .train_length = 512};

SchemeSet set_of(const std::string& text, int64_t layers, int64_t target = 0) {
  return SchemeSet::parse(text, kRope, layers, target);
}

std::string message_of(const std::string& text, int64_t layers) {
  try {
    set_of(text, layers);
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

TEST(SchemeSet, IsOneSchemeForAllLayers) {
  const SchemeSet set = set_of("rerope:w=128", 3);
  EXPECT_EQ(set.layers(), 3);
  EXPECT_EQ(set[2].split, 128);
  EXPECT_EQ(set.canonical(), "rerope:w=128");
}

TEST(SchemeSet, NamesLayersAndTheRest) {
  const SchemeSet set = set_of("layers:0-7=window:w=64;8=rerope:w=128", 9);
  EXPECT_EQ(set[7].visible.window, 64);
  EXPECT_EQ(set[8].split, 128);
  EXPECT_EQ(set.canonical(), "layers:0-7=window:w=64;8=rerope:w=128");
  EXPECT_EQ(set_of("layers:else=pi:s=2;1=nope", 3).canonical(), "layers:0=pi:s=2;1=nope;2=pi:s=2");
  EXPECT_EQ(set_of("layers:1=nope", 3).canonical(), "layers:0=rope;1=nope;2=rope");
}

TEST(SchemeSet, ReadsItsOwnText) {
  for (const std::string text :
       {"hwfa:w=16", "hwfa2:w=32,f=2,rerope=128+logn:clip", "layers:0=yarn:s=2;else=nope"}) {
    const SchemeSet set = set_of(text, 6);
    EXPECT_EQ(set_of(set.canonical(), 6).canonical(), set.canonical()) << text;
  }
}

TEST(SchemeSet, LaysOutHwfa) {
  const SchemeSet set = set_of("hwfa:w=16", 24);
  EXPECT_EQ(set.canonical(), "layers:0-22=window:w=16;23=nope+logn:train");
  EXPECT_TRUE(set.notices().empty());
}

TEST(SchemeSet, NoticesWindowsThatReachTooFarInHwfa) {
  // N = 512, 24 layers: 17 is the largest w with (w-1) 23 + 1 <= 384.
  EXPECT_TRUE(set_of("hwfa:w=17", 24).notices().empty());
  EXPECT_THAT(set_of("hwfa:w=18", 24).notices(), ElementsAre(HasSubstr("three quarters")));
}

TEST(SchemeSet, LaysOutFullLayersOfHwfa2Evenly) {
  EXPECT_EQ(set_of("hwfa2:w=32,f=2", 24).canonical(),
            "layers:0-7=window:w=32;8=rope;9-15=window:w=32;16=rope;17-23=window:w=32");
  EXPECT_EQ(set_of("hwfa2:w=32", 4).canonical(), "layers:0-1=window:w=32;2=rope;3=window:w=32");
}

TEST(SchemeSet, MakesFullLayersOfHwfa2RereadableForLongTexts) {
  const SchemeSet set = set_of("hwfa2:w=32,f=1,rerope=256+logn:clip", 4);
  EXPECT_EQ(set[2].canonical(), "rerope:w=256+logn:clip");
  EXPECT_EQ(set[1].canonical(), "window:w=32+logn:clip");
}

TEST(SchemeSet, TakesAnotherTargetInEveryLayer) {
  const SchemeSet set = set_of("layers:0=yarn+dyn:turn;else=pi", 3, 1024);
  EXPECT_EQ(set[2].canonical(), "pi:s=2");
  const SchemeSet longer = set.with_target(2048);
  EXPECT_EQ(longer[2].canonical(), "pi:s=4");
  EXPECT_EQ(longer[0].stretch_at(0), 4);
}

TEST(SchemeSet, SaysEachNoticeOnce) { EXPECT_EQ(set_of("rerope:w=512", 8).notices().size(), 1U); }

TEST(SchemeSet, SaysWhatIsWrongWithItsLayers) {
  EXPECT_EQ(message_of("layers:0-9=rope", 8),
            "layers: 0-9 is outside the model, whose layers are 0 to 7");
  EXPECT_THAT(message_of("layers:1=rope;0-3=nope", 8), HasSubstr("layer 1 is named twice"));
  EXPECT_THAT(message_of("layers:3-1=rope", 8), HasSubstr("no layer or range"));
  EXPECT_THAT(message_of("layers:x=rope", 8), HasSubstr("no layer or range"));
  EXPECT_THAT(message_of("layers:3", 8), HasSubstr("names no scheme"));
  EXPECT_THAT(message_of("layers:else=rope;else=nope", 8), HasSubstr("else is given twice"));
  EXPECT_THAT(message_of("layers:0=", 8), HasSubstr("no name"));
  EXPECT_THAT(message_of("hwfa:w=4+hwfa2:w=4", 8), HasSubstr("two layouts"));
  EXPECT_THAT(message_of("hwfa2:w=4,f=8", 8), HasSubstr("at least one must be a window"));
  EXPECT_THAT(message_of("hwfa:w=4", 1), HasSubstr("at least 2 layers"));
}

}  // namespace
}  // namespace yonder::lm
