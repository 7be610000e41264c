// SPDX-License-Identifier: Apache-2.0
#include "yonder/lm/position/scheme.h"

#include "yonder/base/error.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <vector>

namespace yonder::lm {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

const RopeSpec kRope{.dims = 64, .base = 1e4, .train_length = 2048};

PositionScheme scheme_of(const std::string& text, int64_t target = 0) {
  return PositionScheme::parse(text, kRope, target);
}

std::string message_of(const std::string& text, int64_t target = 0) {
  try {
    scheme_of(text, target);
  } catch (const Error& error) {
    EXPECT_EQ(error.kind, ErrorKind::bad_option);
    return error.what();
  }
  return "no error";
}

/// Distances of query i, keys 0 .. i.
std::vector<double> row_of(const std::string& text, int64_t i) {
  const PositionScheme scheme = scheme_of(text);
  std::vector<double> row;
  for (int64_t j = 0; j <= i; ++j) {
    row.push_back(scheme.relative(i, j));
  }
  return row;
}

TEST(PositionScheme, IsWrittenInTheShortestTextInTheOrderOfItsGroups) {
  EXPECT_EQ(scheme_of("rope").canonical(), "rope");
  EXPECT_EQ(scheme_of("rope+rerope:w=512").canonical(), "rerope:w=512");
  EXPECT_EQ(scheme_of("logn:mode=clip+rerope:w=512").canonical(), "rerope:w=512+logn:clip");
  EXPECT_EQ(scheme_of("dyn:step=64+yarn").canonical(), "yarn+dyn");
  EXPECT_EQ(scheme_of("leaky:k=1/16,w=128").canonical(), "leaky:w=128,k=0.0625");
  EXPECT_EQ(scheme_of("lambda:w=2044,sinks=4,sinkpos=slot").canonical(),
            "lambda:w=2044,sinkpos=slot");
}

TEST(PositionScheme, SettlesTheStretchByTheTarget) {
  EXPECT_EQ(scheme_of("yarn", 8192).canonical(), "yarn:s=4");
  EXPECT_EQ(scheme_of("yarn:s=auto", 1000).canonical(), "yarn:s=1");
  EXPECT_THAT(message_of("yarn"), HasSubstr("no target length is known"));
  EXPECT_EQ(scheme_of("yarn", 8192).with_target(4096).canonical(), "yarn:s=2");
  EXPECT_EQ(scheme_of("yarn:s=4", 100000).stretch_at(0), 4);
}

TEST(PositionScheme, ScalesDynamicallyByBlocksAtAbsoluteMultiples) {
  const PositionScheme exact = scheme_of("ntk+dyn:step=1");
  EXPECT_EQ(exact.stretch_at(2047), 1);
  EXPECT_EQ(exact.stretch_at(4095), 2);
  const PositionScheme blocks = scheme_of("ntk+dyn:step=64");
  EXPECT_EQ(blocks.stretch_at(2047), 1);
  EXPECT_EQ(blocks.stretch_at(2048), 2112.0 / 2048);
  EXPECT_EQ(blocks.stretch_at(2111), 2112.0 / 2048);
  EXPECT_EQ(blocks.theta_at(2100).theta, blocks.theta_for_stretch(2112.0 / 2048).theta);
}

TEST(PositionScheme, ScalesYarnsFactorDynamicallyToo) {
  const PositionScheme scheme = scheme_of("yarn+dyn:step=1");
  EXPECT_EQ(scheme.logit_factor(2047), 1);
  EXPECT_NEAR(scheme.logit_factor(8191), 1.29648, 5e-6);
}

TEST(PositionScheme, KeepsTheStretchOfATurn) {
  const PositionScheme before = scheme_of("yarn+dyn:turn");
  EXPECT_EQ(before.stretch_at(5000), 1);
  const PositionScheme turn = before.with_target(8192);
  EXPECT_EQ(turn.stretch_at(0), 4);
  EXPECT_EQ(turn.stretch_at(8191), 4);
  EXPECT_EQ(turn.canonical(), "yarn+dyn:turn");
  EXPECT_EQ(turn.declared_limit(), 8192);
}

TEST(PositionScheme, FloorsQueryAndKeySeparatelyInSelfExtend) {
  EXPECT_THAT(row_of("selfext:w=4,G=3", 15),
              ElementsAre(8, 8, 8, 7, 7, 7, 6, 6, 6, 5, 5, 5, 3, 2, 1, 0));
  EXPECT_THAT(row_of("selfext:w=4,G=3", 14),
              ElementsAre(7, 7, 7, 6, 6, 6, 5, 5, 5, 4, 4, 3, 2, 1, 0));
}

TEST(PositionScheme, ShiftsByAFractionInTheModeOfTheAuthorsCode) {
  EXPECT_NEAR(scheme_of("selfext:w=4,G=3,frac").relative(15, 0), 5 + 4 - 4.0 / 3, 1e-12);
}

TEST(PositionScheme, JoinsTheBranchesOfReRopeAndLeakyAtTheEdge) {
  for (const std::string text : {"rerope:w=5", "leaky:w=5,k=4", "leaky:w=5,k=1/4"}) {
    const PositionScheme scheme = scheme_of(text);
    EXPECT_EQ(scheme.split, 5);
    EXPECT_EQ(scheme.relative(20, 16), 4);  // near
    EXPECT_NEAR(scheme.relative(20, 15), 5, 1e-12);
  }
  EXPECT_NEAR(scheme_of("leaky:w=5,k=4").relative(20, 7), 7, 1e-12);
  EXPECT_NEAR(scheme_of("leaky:w=5,k=1/4").relative(20, 13), 13, 1e-12);
}

TEST(PositionScheme, PutsSinksWhereItsTermSays) {
  EXPECT_THAT(row_of("lambda:w=3,sinks=2", 9), ElementsAre(3, 3, 3, 3, 3, 3, 3, 2, 1, 0));
  EXPECT_THAT(row_of("lambda:w=3,sinks=2,limit=5", 9), ElementsAre(5, 5, 5, 5, 5, 4, 3, 2, 1, 0));
  const PositionScheme slot = scheme_of("lambda:w=3,sinks=2,slot");
  EXPECT_EQ(slot.relative(9, 0), 4);  // slots: 0 1 | 2 3 4
  EXPECT_EQ(slot.relative(9, 1), 3);
  EXPECT_EQ(slot.relative(3, 0), 3);  // not full yet
  EXPECT_EQ(scheme_of("lambda:w=3,sinks=2,true").relative(9, 0), 9);
}

TEST(PositionScheme, SeesAWindowWithItselfAndItsSinks) {
  const Visibility visible = scheme_of("lambda:w=3,sinks=2").visible;
  std::vector<int64_t> seen;
  for (int64_t j = 0; j < 12; ++j) {
    if (visible.sees(9, j)) {
      seen.push_back(j);
    }
  }
  EXPECT_THAT(seen, ElementsAre(0, 1, 7, 8, 9));
}

TEST(PositionScheme, CountsKeysForLogNWithinTheWindow) {
  EXPECT_NEAR(scheme_of("logn:train").logit_factor(4194303), 2, 1e-12);
  EXPECT_EQ(scheme_of("logn:clip").logit_factor(100), 1);
  EXPECT_EQ(scheme_of("window:w=2048+logn:train").logit_factor(100000), 1);
  EXPECT_EQ(scheme_of("lambda:w=2044,sinks=4+logn:train").logit_factor(100000), 1);
}

TEST(PositionScheme, DeclaresHowFarItsDistancesStayAmongTheTrainedOnes) {
  EXPECT_EQ(scheme_of("rope").declared_limit(), 2048);
  EXPECT_EQ(scheme_of("yarn:s=4").declared_limit(), 8192);
  EXPECT_EQ(scheme_of("window:w=512").declared_limit(), kUnlimited);
  EXPECT_EQ(scheme_of("window:w=4096").declared_limit(), 2048);
  EXPECT_EQ(scheme_of("rerope:w=512").declared_limit(), kUnlimited);
  EXPECT_EQ(scheme_of("nope").declared_limit(), kUnlimited);
  EXPECT_EQ(scheme_of("ntk+dyn").declared_limit(), kUnlimited);
  EXPECT_EQ(scheme_of("lambda:w=512,slot").declared_limit(), kUnlimited);
  EXPECT_EQ(scheme_of("lambda:w=512,true").declared_limit(), 2048);
  // w + (T - 1 - w)/k <= N - 1 with w = 512, k = 16
  EXPECT_EQ(scheme_of("leaky:w=512,k=16").declared_limit(), 512 + 1 + (2047 - 512) * 16);
  // floor(i/8) + 512 - 64 <= 2047
  EXPECT_EQ(scheme_of("selfext:w=512,G=8").declared_limit(), 8 * (2047 - 448) + 8);
  EXPECT_EQ(scheme_of("pi:s=2+leaky:w=512,k=16").declared_limit(), 512 + 1 + (4095 - 512) * 16);
}

TEST(PositionScheme, SaysWhatIsWrongWithItsText) {
  EXPECT_EQ(message_of("rerope:w=0"), "rerope: w is 0; it must be a whole number of at least 1");
  EXPECT_EQ(message_of("leaky:w=4,k=0"), "leaky: k is 0; it must be a number of at least 1e-09");
  EXPECT_THAT(message_of("leaky:w=4,k=-2"), HasSubstr("k is -2"));
  EXPECT_THAT(message_of("selfext:w=4,G=0"), HasSubstr("G is 0"));
  EXPECT_THAT(message_of("pi:s=0.5"), HasSubstr("--unsafe"));
  EXPECT_THAT(message_of("yern:s=4"), HasSubstr("did you mean 'yarn'?"));
  EXPECT_THAT(message_of("pi:s=2+yarn:s=2"), HasSubstr("pi and yarn are both"));
  EXPECT_THAT(message_of("rerope:w=4+selfext:w=4,G=2"), HasSubstr("both of the kind 'split'"));
  EXPECT_THAT(message_of("logn:clip+logn:train"), HasSubstr("both of the kind 'log n'"));
  EXPECT_THAT(message_of("rerope:w=4+lambda:w=8"), HasSubstr("lambda:sinkpos=true"));
  EXPECT_THAT(message_of("dyn+rerope:w=4"), HasSubstr("dyn changes s, and rope takes none"));
  EXPECT_THAT(message_of("dyn+yarn:s=4"), HasSubstr("leave s or dyn out"));
  EXPECT_THAT(message_of("yarn+dyn:turn,step=4"), HasSubstr("give one of them"));
  EXPECT_THAT(message_of("lambda:w=4,slot,limit=3"), HasSubstr("leave limit out"));
  EXPECT_THAT(message_of("xpos+rerope:w=4"), HasSubstr("does not go with"));
  EXPECT_THAT(message_of("hwfa:w=4"), HasSubstr("lays out all layers"));
  EXPECT_THAT(message_of(""), HasSubstr("no name"));
  EXPECT_THAT(message_of("rope+"), HasSubstr("no name"));
}

TEST(PositionScheme, TakesKnownBadStretchesOnDemandWithANotice) {
  const auto scheme = PositionScheme::parse("pi:s=0.5", kRope, 0, true);
  EXPECT_THAT(scheme.notices(), ElementsAre(HasSubstr("below 1")));
}

TEST(PositionScheme, NoticesWhatIsDoubtful) {
  EXPECT_THAT(scheme_of("rerope:w=2048").notices(), ElementsAre(HasSubstr("take w below 2048")));
  EXPECT_THAT(scheme_of("window:w=2049").notices(), ElementsAre(HasSubstr("longer than")));
  EXPECT_THAT(scheme_of("yarn:s=4+logn:clip").notices(), ElementsAre(HasSubstr("multiply")));
  EXPECT_THAT(scheme_of("nope+rerope:w=64").notices(), ElementsAre(HasSubstr("no effect")));
  EXPECT_THAT(scheme_of("alibi").notices(), ElementsAre(HasSubstr("nope+alibi")));
  EXPECT_THAT(scheme_of("ntk+dyn:step=1").notices(), ElementsAre(HasSubstr("dyn:step=64")));
  for (const std::string text : {"rerope:w=512+logn:clip", "nope+alibi", "yarn:s=4", "xpos",
                                 "lambda:w=512", "nope+logn:train", "ntk+dyn"}) {
    EXPECT_THAT(scheme_of(text, 8192).notices(), IsEmpty()) << text;
  }
}

TEST(PositionScheme, NoticesWhenTheTargetLeavesTheTrainedDistances) {
  // 512 + (32767 - 512)/k <= 2047 from k = 21.01 on.
  EXPECT_THAT(scheme_of("leaky:w=512,k=16", 32768).notices(),
              ElementsAre(testing::AllOf(HasSubstr("up to 25073 tokens"), HasSubstr("k=22"))));
  EXPECT_THAT(scheme_of("leaky:w=512,k=22", 32768).notices(), IsEmpty());
  EXPECT_THAT(scheme_of("selfext:w=512,G=8", 32768).notices(),
              ElementsAre(HasSubstr("two thirds")));
  EXPECT_THAT(scheme_of("selfext:w=512,G=64", 32768).notices(), IsEmpty());
}

TEST(HeadBias, OfAlibiHasThePublishedSlopes) {
  const auto bias = scheme_of("nope+alibi").bias;
  const std::vector<double> six = {.25, .0625, .015625, .00390625, .5, .125};
  for (int64_t h = 0; h < 6; ++h) {
    EXPECT_EQ((*bias)(h, 6, 1), -six[static_cast<size_t>(h)]);
  }
  const std::vector<double> more = {.70710678, .35355339, .17677670, .08838835};
  for (int64_t h = 0; h < 12; ++h) {
    EXPECT_NEAR((*bias)(h, 12, 10) / -10,
                h < 8 ? std::exp2(-1.0 - static_cast<double>(h)) : more[static_cast<size_t>(h - 8)],
                5e-9);
  }
}

TEST(HeadBias, OfSandwichSumsFromTheFirstCosine) {
  const auto bias = scheme_of("nope+sandwich").bias;
  // 8h/H = 1 for head 0 of 8
  EXPECT_EQ((*bias)(0, 8, 0), 0);
  EXPECT_NEAR((*bias)(0, 8, 1), 62.55338 - 64, 5e-6);
  EXPECT_NEAR((*bias)(0, 8, 64), 31.12818 - 64, 5e-6);
  EXPECT_NEAR((*bias)(3, 8, 64), (31.12818 - 64) / 4, 5e-6);
}

TEST(HeadBias, OfKerpleTakesAValuePerHead) {
  const auto logarithm = scheme_of("nope+kerple-log:r1=2/3,r2=0.5").bias;
  EXPECT_NEAR((*logarithm)(1, 2, 6), -3 * std::log(4), 1e-15);
  const auto power = scheme_of("nope+kerple-power:r1=2,r2=1.5").bias;
  EXPECT_NEAR((*power)(0, 4, 9), -54, 1e-12);
  EXPECT_THROW((*logarithm)(0, 3, 1), Error);
  EXPECT_THROW(scheme_of("kerple-power:r2=2.5"), Error);
}

TEST(Decay, OfXposHasThePublishedRates) {
  const auto scheme = PositionScheme::parse("xpos", {.dims = 8});
  EXPECT_EQ(scheme.decay.scale, 512);
  const std::vector<double> expected = {.2857143, .4642857, .6428571, .8214286};
  for (size_t c = 0; c < 4; ++c) {
    EXPECT_NEAR(scheme.decay.zeta[c], expected[c], 5e-8);
  }
}

}  // namespace
}  // namespace yonder::lm
