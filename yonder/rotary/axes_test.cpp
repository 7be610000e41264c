// SPDX-License-Identifier: Apache-2.0
#include "yonder/rotary/axes.h"

#include "yonder/base/error.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <cmath>

namespace yonder::rotary {
namespace {

const RopeSpec kRope{.dims = 8, .base = 1e4, .train_length = 512};

TEST(AxisTable, TurnsTextUnderTieExactlyAsInOneDimension) {
  const AxisTable line = make_axis_table(AxisPlan::line, kRope);
  const AxisTable tie = make_axis_table(AxisPlan::tie, kRope);
  EXPECT_EQ(line.theta, make_theta("rope", kRope).theta);
  for (const TieSpacing spacing : {TieSpacing::whole, TieSpacing::compact}) {
    const auto where = tie_coordinates(std::array{Segment::text(700)}, spacing);
    for (size_t n = 0; n < where.size(); ++n) {
      for (int64_t c = 0; c < 4; ++c) {
        const double as_text = static_cast<double>(n) * line.theta[static_cast<size_t>(c)];
        EXPECT_EQ(angle(line, c, where[n]), as_text);
        EXPECT_EQ(angle(tie, c, where[n]), as_text);
      }
    }
  }
}

TEST(AxisTable, GivesEvenPairsToXAndOddOnesToYUnderTie) {
  EXPECT_THAT(make_axis_table(AxisPlan::tie, kRope).axis, testing::ElementsAre(0, 1, 0, 1));
}

TEST(AxisTable, HalvesThePairsOfAPlane) {
  const AxisTable plane = make_axis_table(AxisPlan::plane, kRope);
  EXPECT_THAT(plane.axis, testing::ElementsAre(0, 0, 1, 1));
  EXPECT_THAT(plane.theta, testing::ElementsAre(1, 0.01, 1, 0.01));
  EXPECT_THROW(make_axis_table(AxisPlan::plane, {.dims = 6}), Error);
}

TEST(AxisTable, TakesEveryKindOfFrequencies) {
  const AxisTable tie = make_axis_table(AxisPlan::tie, kRope, "yarn", 4);
  const ThetaTable yarn = make_theta("yarn", kRope, 4);
  EXPECT_EQ(tie.theta, yarn.theta);
  EXPECT_EQ(tie.logit_factor, yarn.logit_factor);
}

TEST(TieCoordinates, AreThoseOfThePost) {
  // Text ends at L = 2; an image of 2 x 3.
  const auto whole = tie_coordinates(
      std::array{Segment::text(3), Segment::image(2, 3), Segment::text(1)}, TieSpacing::whole);
  EXPECT_EQ(whole[3], (Coordinates{6, 5}));
  EXPECT_EQ(whole[8], (Coordinates{10, 11}));
  EXPECT_EQ(whole[9], (Coordinates{14, 14}));
  const auto compact = tie_coordinates(
      std::array{Segment::text(3), Segment::image(2, 3), Segment::text(1)}, TieSpacing::compact);
  EXPECT_EQ(compact[3], (Coordinates{2 + 7.0 / 3, 2 + 7.0 / 4}));
  EXPECT_EQ(compact[9], (Coordinates{9, 9}));
}

TEST(TieCoordinates, SetAnImageSymmetricallyBetweenTheTextAroundIt) {
  for (const TieSpacing spacing : {TieSpacing::whole, TieSpacing::compact}) {
    for (const auto& [h, w] : {std::pair<int64_t, int64_t>{1, 1}, {2, 3}, {7, 2}, {16, 16}}) {
      const auto where = tie_coordinates(
          std::array{Segment::text(5), Segment::image(h, w), Segment::text(1)}, spacing);
      const double middle = where[4].x + where.back().x;  // twice the middle
      for (size_t p = 0; p < static_cast<size_t>(h * w); ++p) {
        const Coordinates& patch = where[5 + p];
        const Coordinates& opposite = where[5 + static_cast<size_t>(h * w) - 1 - p];
        EXPECT_NEAR(patch.x + opposite.x, middle, 1e-12);
        EXPECT_NEAR(patch.y + opposite.y, middle, 1e-12);
      }
    }
  }
}

TEST(TieCoordinates, OfASingleRowAdvanceAsText) {
  // In the compact form an image of one row is a run of text in y.
  const auto where =
      tie_coordinates(std::array{Segment::text(1), Segment::image(1, 5)}, TieSpacing::compact);
  for (size_t p = 0; p < 5; ++p) {
    EXPECT_NEAR(where[1 + p].y, 1 + static_cast<double>(p), 1e-12);
  }
}

TEST(TieCoordinates, RefuseImagesWithoutPatches) {
  EXPECT_THROW(tie_coordinates(std::array{Segment::image(0, 3)}, TieSpacing::whole), Error);
  EXPECT_THROW(tie_coordinates(std::array{Segment::image(3, 0)}, TieSpacing::whole), Error);
  EXPECT_EQ(tie_coordinates(std::array{Segment::text(0)}, TieSpacing::whole).size(), 0U);
}

}  // namespace
}  // namespace yonder::rotary
