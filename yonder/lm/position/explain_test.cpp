// SPDX-License-Identifier: Apache-2.0
#include "yonder/lm/position/explain.h"

#include "yonder/base/error.h"
#include "yonder/base/json.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace yonder::lm {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

const RopeSpec kRope{.dims = 64, .base = 1e4, .train_length = 2048};

Explanation explain_text(const std::string& text, int64_t at, int64_t cells = 16) {
  return explain(PositionScheme::parse(text, kRope, at), at, cells);
}

TEST(Explain, DrawsTheDistancesOfShortTextsWhole) {
  const Explanation e = explain_text("rerope:w=2", 4);
  EXPECT_THAT(e.positions, ElementsAre(0, 1, 2, 3));
  const auto later = std::optional<double>();
  EXPECT_THAT(e.matrix, ElementsAre(0, later, later, later,  //
                                    1, 0, later, later,      //
                                    2, 1, 0, later,          //
                                    2, 2, 1, 0));
}

TEST(Explain, SpreadsItsCellsOverLongTexts) {
  EXPECT_THAT(explain_text("rope", 8193, 5).positions, ElementsAre(0, 2048, 4096, 6144, 8192));
}

TEST(Explain, TellsWhatLeavesTheTrainedRange) {
  const Explanation rope = explain_text("rope", 8192);
  EXPECT_EQ(rope.declared_limit, 2048);
  EXPECT_EQ(rope.first_outside, 2048);
  EXPECT_EQ(rope.largest_distance, 8191);
  EXPECT_EQ(rope.outside_keys, 8192 - 2048);
  // Channels 0 to 20 come full circle within N (r_21 = 0.773).
  EXPECT_FALSE(rope.channels[20].new_angles);
  EXPECT_TRUE(rope.channels[21].new_angles);

  const Explanation rerope = explain_text("rerope:w=512", 8192);
  EXPECT_EQ(rerope.declared_limit, std::nullopt);
  EXPECT_EQ(rerope.first_outside, std::nullopt);
  EXPECT_EQ(rerope.outside_keys, 0);
  EXPECT_FALSE(rerope.channels[31].new_angles);

  const Explanation interpolated = explain_text("pi", 8192);
  EXPECT_EQ(interpolated.first_outside, std::nullopt);
  EXPECT_FALSE(interpolated.channels[31].new_angles);
  EXPECT_EQ(interpolated.channels[31].slower, 4);
}

TEST(Explain, TellsWhichKeysAreSeen) {
  const Explanation lambda = explain_text("lambda:w=100,sinks=3", 8192);
  EXPECT_THAT(lambda.visible, ElementsAre(KeyRange{0, 2}, KeyRange{8092, 8191}));
  EXPECT_EQ(lambda.visible_keys, 103);
  EXPECT_THAT(explain_text("lambda:w=100,sinks=3", 102).visible, ElementsAre(KeyRange{0, 101}));
  EXPECT_THAT(explain_text("window:w=100", 8192).visible, ElementsAre(KeyRange{8092, 8191}));
}

TEST(Explain, FollowsTheFactorOverTheText) {
  const Explanation e = explain_text("yarn+dyn:step=1", 8192);
  EXPECT_EQ(e.factors.front().factor, 1);
  EXPECT_EQ(e.factors.back().tokens, 8192);
  EXPECT_EQ(e.factors.back().stretch, 4);
  EXPECT_NEAR(e.factors.back().factor, 1.29648, 5e-6);
  EXPECT_NEAR(e.channels[31].slower, 4, 1e-12);
}

TEST(Explain, NamesTheOptionsOfLlamaCpp) {
  EXPECT_THAT(*explain_text("rope", 8192).llama_cpp, testing::IsEmpty());
  EXPECT_THAT(
      *explain_text("yarn:s=4", 8192).llama_cpp,
      ElementsAre("--rope-scaling", "yarn", "--rope-scale", "4", "--yarn-orig-ctx", "2048"));
  EXPECT_THAT(*explain_text("yarn:s=4,beta_fast=16", 8192).llama_cpp,
              testing::IsSupersetOf({"--yarn-beta-fast", "16"}));
  EXPECT_THAT(*explain_text("pi:s=2", 8192).llama_cpp,
              ElementsAre("--rope-scaling", "linear", "--rope-scale", "2"));
  EXPECT_THAT(*explain_text("ntk-old:s=4", 8192).llama_cpp,
              ElementsAre("--rope-freq-base", "40000"));
  EXPECT_NEAR(std::stod(explain_text("ntk:s=4", 8192).llama_cpp->at(1)), 41829.36593, 5e-6);
  for (const std::string text : {"rerope:w=512", "yarn:s=4,turns", "ntk+dyn", "ntk-mixed:s=4",
                                 "pi:s=2+logn:clip", "window:w=64", "nope+alibi"}) {
    EXPECT_EQ(explain_text(text, 8192).llama_cpp, std::nullopt) << text;
  }
}

TEST(Explain, IsJsonWithWhatTheStructHolds) {
  const Explanation e = explain_text("window:w=2+logn:clip", 3);
  const Json json = parse_json(e.to_json(), "explanation");
  EXPECT_EQ(json.at("scheme").text(), "window:w=2+logn:clip");
  EXPECT_EQ(json.at("at").integer(), 3);
  const auto& last = json.at("matrix").array().at(2).array();
  EXPECT_TRUE(std::holds_alternative<std::nullptr_t>(last.at(0).value()));
  EXPECT_EQ(last.at(1).real(), 1);
  EXPECT_EQ(json.at("channels").array().size(), 32U);
  EXPECT_TRUE(std::holds_alternative<std::nullptr_t>(json.at("declared_limit").value()));
}

TEST(Explain, IsATextForATerminal) {
  const std::string text = explain_text("window:w=2", 4).to_text();
  EXPECT_THAT(text, HasSubstr("window:w=2\n  trained on 2048 tokens (d = 64, base 10000), read to "
                              "4\n"));
  EXPECT_THAT(text, HasSubstr("  i \\ j 0 1 2 3\n"
                              "      0 0\n"
                              "      1 1 0\n"
                              "      2 - 1 0\n"
                              "      3 - - 1 0\n"));
}

TEST(ExplainOptions, ExplainOneLayerOfALayout) {
  ExplainOptions options;
  options.scheme = "hwfa:w=16";
  options.layers = 8;
  EXPECT_EQ(explain(options).scheme, "window:w=16");
  options.layer = 7;
  EXPECT_EQ(explain(options).scheme, "nope+logn:train");
  EXPECT_EQ(explain(options).at, 8192);
  options.layer = 8;
  EXPECT_THROW(explain(options), Error);
}

}  // namespace
}  // namespace yonder::lm
