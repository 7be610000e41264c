// SPDX-License-Identifier: Apache-2.0
#include "yonder/rotary/table.h"

#include "yonder/base/error.h"
#include "yonder/base/file.h"
#include "yonder/base/json.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <string>

namespace yonder::rotary {
namespace {

/// The table of a term's text, e.g. "yarn:s=4,ramp=turns".
ThetaTable table_of(const std::string& text, const RopeSpec& rope) {
  const TermText term = parse_term(text);
  const ThetaKind& kind = theta_kind(term.name);
  std::vector<ArgumentSpec> specs = kind.arguments;
  if (kind.takes_stretch) {
    specs.insert(specs.begin(), stretch_argument());
  }
  const Arguments arguments(term.name, specs, term.given, true);
  return make_theta(kind, rope, arguments, kind.takes_stretch ? arguments.real("s") : 1);
}

std::string example_of(const ThetaKind& kind, const std::string& stretch) {
  const std::string s = kind.takes_stretch ? "s=" + stretch : "";
  const std::string joint = s.empty() || kind.example.empty() ? "" : ",";
  const std::string arguments = s + joint + kind.example;
  return arguments.empty() ? kind.name : kind.name + ":" + arguments;
}

const RopeSpec kRope{.dims = 64, .base = 1e4, .train_length = 2048};

void expect_golden(const std::string& name) {
  const Json golden =
      parse_json(read_file(YONDER_SOURCE_DIR "/tests/golden/rotary/" + name + ".json"), name);
  const double tolerance = golden.at("tolerance").real();
  for (const Json& row : golden.at("cases").array()) {
    const RopeSpec rope{.dims = row.at("dims").integer(),
                        .base = row.at("base").real(),
                        .train_length = row.at("train_length").integer()};
    const std::string& text = row.at("scheme").text();
    const ThetaTable table = table_of(text, rope);
    EXPECT_NEAR(table.logit_factor / row.at("logit_factor").real(), 1, 1e-14) << text;
    const auto& theta = row.at("theta").array();
    ASSERT_EQ(table.theta.size(), theta.size()) << text;
    for (size_t c = 0; c < theta.size(); ++c) {
      EXPECT_NEAR(table.theta[c] / theta[c].real(), 1, tolerance)
          << text << ", d=" << rope.dims << ", c=" << c;
    }
  }
}

TEST(ThetaTable, IsThatOfTheEquations) { expect_golden("theta_formulas"); }

TEST(ThetaTable, IsThatOfHuggingFace) { expect_golden("theta_huggingface"); }

TEST(ThetaTable, SumsToTheSpecifiedValues) {
  const std::vector<std::pair<std::string, double>> sums = {
      {"rope", 3.997908234},
      {"pi:s=4", 0.999477059},
      {"ntk:s=4", 3.534712562},
      {"ntk-old:s=4", 3.547283069},
      {"ntk-fixed:s=4", 3.396889905},
      {"ntk-mixed:s=4", 2.859223388},
      {"ntk-mixed:s=4,b=0.75", 3.080436679},
      {"yarn:s=4", 3.930685750},
      {"yarn:s=4,truncate=false", 3.927032845},
      {"yarn:s=4,turns", 3.867533515},
      {"ntk-hf-dynamic:s=4,factor=4", 3.229380241},
      {"llama3:factor=4", 3.978167301},
  };
  for (const auto& [text, sum] : sums) {
    const ThetaTable table = table_of(text, kRope);
    EXPECT_NEAR(std::accumulate(table.theta.begin(), table.theta.end(), 0.0), sum, 1e-9) << text;
  }
}

TEST(ThetaTable, FallsStrictlyForEveryKind) {
  for (const ThetaKind& kind : theta_kinds()) {
    const ThetaTable table = table_of(example_of(kind, "4"), kRope);
    for (size_t c = 1; c < table.theta.size(); ++c) {
      EXPECT_LT(table.theta[c], table.theta[c - 1]) << kind.name << ", c=" << c;
    }
  }
}

TEST(ThetaTable, LiesBetweenInterpolationAndRopeForEveryStretchingKind) {
  const ThetaTable rope = make_theta("rope", kRope);
  for (const std::string text : {"ntk:s=4", "ntk-fixed:s=4", "ntk-mixed:s=4", "yarn:s=4",
                                 "yarn:s=4,turns", "llama3:factor=4", "ntk-old:s=4"}) {
    const ThetaTable table = table_of(text, kRope);
    for (size_t c = 0; c < table.theta.size(); ++c) {
      EXPECT_LE(table.theta[c], rope.theta[c]) << text;
      EXPECT_GE(table.theta[c], rope.theta[c] / 4 * (1 - 1e-15)) << text;
    }
  }
}

TEST(ThetaTable, OfHuggingFacesDynamicFallsBelowInterpolation) {
  const ThetaTable table = table_of("ntk-hf-dynamic:s=4,factor=4", kRope);
  EXPECT_LT(table.theta.back(), make_theta("pi", kRope, 4).theta.back());
}

TEST(ThetaTable, IsRopeBitForBitWithoutStretching) {
  const ThetaTable rope = make_theta("rope", kRope);
  for (const ThetaKind& kind : theta_kinds()) {
    if (!kind.takes_stretch) {
      continue;
    }
    const ThetaTable table = table_of(example_of(kind, "1"), kRope);
    EXPECT_EQ(table.theta, rope.theta) << kind.name;
    EXPECT_EQ(table.logit_factor, 1) << kind.name;
  }
}

TEST(ThetaTable, OfNtkGivesTheSlowestChannelExactlyTheStretch) {
  for (const int64_t dims : {4, 64, 128}) {
    const RopeSpec rope{.dims = dims};
    const double slowest = make_theta("rope", rope).theta.back();
    EXPECT_NEAR(make_theta("ntk", rope, 4).theta.back() * 4 / slowest, 1, 1e-14);
    EXPECT_NEAR(make_theta("ntk-fixed", rope, 4).theta.back() * 4 / slowest, 1, 1e-14);
    const double kept = 2.0 / static_cast<double>(dims);
    EXPECT_NEAR(make_theta("ntk-old", rope, 4).theta.back() / slowest, std::pow(4, kept - 1),
                1e-14);
  }
}

TEST(ThetaTable, OfMixedNtkEndsInFixedNtkAndInterpolation) {
  const ThetaTable fixed = make_theta("ntk-fixed", kRope, 4);
  const ThetaTable interpolation = make_theta("pi", kRope, 4);
  const ThetaTable as_fixed = table_of("ntk-mixed:s=4,b=1", kRope);
  const ThetaTable as_interpolation = table_of("ntk-mixed:s=4,b=0", kRope);
  for (size_t c = 0; c < fixed.theta.size(); ++c) {
    EXPECT_NEAR(as_fixed.theta[c] / fixed.theta[c], 1, 1e-15);
    EXPECT_NEAR(as_interpolation.theta[c] / interpolation.theta[c], 1, 1e-15);
  }
}

TEST(Yarn, MultipliesTheLogitsByTheSquareOfWhatOthersMultiplyCosinesBy) {
  const std::vector<std::pair<double, double>> factors = {
      {4, 1.29648}, {8, 1.45913}, {16, 1.63139}, {32, 1.81326}};
  for (const auto& [stretch, factor] : factors) {
    EXPECT_NEAR(make_theta("yarn", kRope, stretch).logit_factor, factor, 5e-6);
  }
  EXPECT_EQ(table_of("yarn:s=4,attention_factor=1.5", kRope).logit_factor, 2.25);
}

TEST(Yarn, TurnsUpTo44PercentSlowerByTheRampOfThePaper) {
  const ThetaTable index = make_theta("yarn", kRope, 4);
  const ThetaTable by_turns = table_of("yarn:s=4,turns", kRope);
  EXPECT_NEAR(by_turns.theta[15] / index.theta[15], 1 - 0.44, 0.01);
}

TEST(ThetaTable, WouldErrBeyondSinglePrecisionInSinglePrecision) {
  double worst = 0;
  for (const double theta : make_theta("rope", kRope).theta) {
    const float angle = 131071.0F * static_cast<float>(theta);
    worst = std::max(worst, std::abs(std::cos(double{angle}) - std::cos(131071 * theta)));
  }
  EXPECT_NEAR(worst, 1.5e-3, 1e-4);
}

TEST(Yarn, SaysWhenEvenTheFastestChannelIsInterpolated) {
  const RopeSpec tiny{.dims = 32, .base = 1e4, .train_length = 128};
  EXPECT_THAT(table_of("yarn:s=8,turns", tiny).notices,
              testing::ElementsAre(testing::HasSubstr("ramp=auto")));
  EXPECT_THAT(table_of("yarn:s=8,auto", tiny).notices, testing::IsEmpty());
  EXPECT_THAT(make_theta("yarn", kRope, 4).notices, testing::IsEmpty());
}

TEST(Yarn, RefusesArgumentsOfTheOtherRamp) {
  for (const std::string text : {"yarn:s=4,tau=4", "yarn:s=4,ramp=auto,tau=4",
                                 "yarn:s=4,turns,beta_fast=16", "yarn:s=4,turns,truncate=false"}) {
    EXPECT_THROW(table_of(text, kRope), Error) << text;
  }
}

TEST(Yarn, KeepsAllChannelsThatTurnOftenEnough) {
  // Even the slowest channel makes more than 32 turns: the ramp lies beyond the last channel.
  const RopeSpec rope{.dims = 64, .base = 10, .train_length = 1 << 20};
  EXPECT_EQ(make_theta("yarn", rope, 4).theta, make_theta("rope", rope).theta);
  EXPECT_THROW(table_of("yarn:s=4,beta_fast=1,beta_slow=32", kRope), Error);
}

TEST(Llama3, MixesByTurnsWithinTheFirstTraining) {
  const RopeSpec rope{.dims = 128, .base = 5e5, .train_length = 8192};
  const ThetaTable table = table_of("llama3", rope);
  EXPECT_NEAR(std::accumulate(table.theta.begin(), table.theta.end(), 0.0), 5.386058201, 1e-9);
  EXPECT_NEAR(table.theta[29], 2.166571e-3, 5e-10);
  EXPECT_NEAR(table.theta[34], 1.785078e-4, 5e-11);
  EXPECT_NEAR(table.theta[35], 9.556212e-5, 5e-12);
}

TEST(Longrope, TakesTheLongListBeyondTheOriginalLength) {
  const RopeSpec rope{.dims = 4, .base = 1e4, .train_length = 4096};
  const std::string lists = ",short=1/2,long=3/4";
  EXPECT_THAT(table_of("longrope:s=1" + lists, rope).theta, testing::ElementsAre(1, 0.005));
  const ThetaTable far = table_of("longrope:s=4" + lists, rope);
  EXPECT_THAT(far.theta, testing::ElementsAre(1.0 / 3, 0.0025));
  EXPECT_NEAR(std::sqrt(far.logit_factor), 1.0801235, 1e-7);
  EXPECT_NEAR(std::sqrt(table_of("longrope:s=8" + lists, rope).logit_factor), 1.1180340, 1e-7);
}

TEST(Longrope, CountsItsFactors) {
  EXPECT_THROW(table_of("longrope:s=4,short=1,long=1/2/3", kRope), Error);
  EXPECT_THROW(table_of("longrope:s=4", kRope), Error);
}

TEST(ThetaTable, RefusesRotationsThatCannotBe) {
  EXPECT_THROW(make_theta("rope", {.dims = 63}), Error);
  EXPECT_THROW(make_theta("rope", {.dims = 0}), Error);
  EXPECT_THROW(make_theta("rope", {.base = 1}), Error);
  EXPECT_THROW(make_theta("rope", {.train_length = 1}), Error);
  EXPECT_THROW(make_theta("roppe", kRope), Error);
  for (const double stretch : {0.0, -1.0}) {
    EXPECT_THROW(make_theta("pi", kRope, stretch), Error);
    EXPECT_THROW(make_theta("ntk-mixed", kRope, stretch), Error);
  }
}

TEST(ThetaTable, TurnsAsOftenAsSpecified) {
  const ThetaTable rope = make_theta("rope", kRope);
  EXPECT_NEAR(turns(rope.theta[0], 2048), 325.949, 5e-4);
  EXPECT_NEAR(turns(rope.theta[8], 2048), 32.595, 5e-4);
  EXPECT_NEAR(turns(rope.theta[16], 2048), 3.259, 5e-4);
  EXPECT_NEAR(turns(rope.theta[21], 2048), 0.773, 5e-4);
}

}  // namespace
}  // namespace yonder::rotary
