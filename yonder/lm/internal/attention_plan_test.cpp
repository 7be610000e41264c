// SPDX-License-Identifier: Apache-2.0
// Angles split into a base and a table against sines and cosines of the whole angle; and how
// queries and keys are cut.
#include "yonder/lm/internal/attention_plan.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

namespace yonder::lm::internal {
namespace {

const std::vector<double> kTheta = {1, 0.31, 0.01, 1e-4, 0.7};

// Greatest error of base x table over the tile at `position`, the base made by way of `from`.
double greatest_error(const Turns& turns, const AxisMap& map, int64_t from, int64_t position,
                      double log_zeta = 0) {
  std::vector<double> re(kTheta.size()), im(kTheta.size());
  turns.base(from, 0, re.data(), im.data());
  turns.advance(from, position, 0, re.data(), im.data());
  double greatest = 0;
  for (int64_t u = 0; u < kTile; ++u) {
    const auto row = static_cast<size_t>(turns.offset(position, u)) * kTheta.size();
    for (size_t c = 0; c < kTheta.size(); ++c) {
      const double x = turns.has_table() ? turns.rows_re()[row + c] : 1;
      const double y = turns.has_table() ? turns.rows_im()[row + c] : 0;
      const double angle = map(position + u) * kTheta[c];
      const double modulus = std::exp(log_zeta * static_cast<double>(position + u));
      greatest = std::max({greatest, std::abs(re[c] * x - im[c] * y - modulus * std::cos(angle)),
                           std::abs(re[c] * y + im[c] * x - modulus * std::sin(angle))});
    }
  }
  return greatest;
}

TEST(Turns, BaseTimesTableIsTheWholeTurn) {
  for (const AxisMap& map :
       {AxisMap{}, AxisMap{.a = 0.25, .t = 30}, AxisMap{.a = 4}, AxisMap{.group = 1},
        AxisMap{.t = 20, .group = 3}, AxisMap{.group = 8}, AxisMap{.group = 100},
        AxisMap{.ceiling = 200}, AxisMap{.a = 0, .t = 7}}) {
    Turns turns;
    turns.build(kTheta, map, {}, 1, 0, nullptr);
    for (const int64_t position : {0, 5, 64, 128, 150, 1000}) {
      for (const int64_t from : {position, position - 64, position + 17}) {
        if (from >= 0) {
          EXPECT_LT(greatest_error(turns, map, from, position), 1e-7)
              << map.a << " x + " << map.t << ", groups of " << map.group << ", " << from << " to "
              << position;
        }
      }
    }
  }
}

TEST(Turns, StepsKeepTheirAngleOverAMillionTokens) {
  Turns turns;
  turns.build(kTheta, {}, {}, 1, 0, nullptr);
  std::vector<double> re(kTheta.size()), im(kTheta.size());
  turns.base(0, 0, re.data(), im.data());
  for (int64_t position = 0; position < 1 << 20; position += kTile) {
    turns.advance(position, position + kTile, 0, re.data(), im.data());
  }
  for (size_t c = 0; c < kTheta.size(); ++c) {
    EXPECT_NEAR(re[c], std::cos(kTheta[c] * (1 << 20)), 1e-9);
    EXPECT_NEAR(im[c], std::sin(kTheta[c] * (1 << 20)), 1e-9);
  }
}

TEST(Turns, FadesByItsSign) {
  const Decay decay{.zeta = std::vector<double>(kTheta.size(), 0.5), .scale = 100};
  for (const int sign : {1, -1}) {
    Turns turns;
    turns.build(kTheta, {}, decay, sign, 0, nullptr);
    EXPECT_LT(greatest_error(turns, {}, 64, 128, sign * std::log(0.5) / 100), 1e-6);
  }
}

TEST(Turns, AreNothingWhereNothingTurns) {
  Turns turns;
  turns.build(std::vector<double>(4, 0.0), {}, {}, 1, 0, nullptr);
  EXPECT_TRUE(turns.identity());
  turns.build(kTheta, {.a = 0, .t = 9}, {}, -1, 9, nullptr);
  EXPECT_TRUE(turns.identity());
  turns.build(kTheta, {.a = 0, .t = 9}, {}, 1, 0, nullptr);
  EXPECT_FALSE(turns.identity());
  EXPECT_FALSE(turns.has_table());
}

AttentionPlan plan_of(const std::string& text, int64_t first, int64_t queries,
                      std::vector<KeyRun> keys) {
  AttentionProblem problem;
  problem.heads = problem.kv_heads = 1;
  problem.width = 8;
  problem.q_position = first;
  problem.queries = queries;
  problem.keys = keys;
  problem.factor = 1;
  return AttentionPlan(problem, PositionScheme::parse(text, {.dims = 8, .train_length = 100}));
}

TEST(AttentionPlan, CutsAtMultiplesInTheText) {
  const AttentionPlan plan = plan_of("rope", 100, 60, {{0, 0, 4}, {4, 100, 60}});
  ASSERT_EQ(plan.tiles.size(), 3U);
  EXPECT_EQ(plan.tiles[1].position, 100);
  EXPECT_EQ(plan.tiles[1].count, 28);
  EXPECT_EQ(plan.tiles[2].row, 32);
  EXPECT_EQ(plan.tiles[2].position, 128);
  ASSERT_EQ(plan.blocks.size(), 2U);
  EXPECT_EQ(plan.blocks[1].first, 28);
}

TEST(AttentionPlan, SharesOneTableUpToTheTrainingLength) {
  const AttentionPlan plan = plan_of("ntk+dyn:step=10", 0, 120, {{0, 0, 120}});
  std::vector<int64_t> own;
  for (const QueryBlock& block : plan.blocks) {
    if (!block.theta.empty()) {
      own.push_back(block.position);
    }
  }
  EXPECT_EQ(own, (std::vector<int64_t>{100, 110}));
}

TEST(AttentionPlan, TakesQueriesWithTablesOfTheirOwnTogether) {
  AttentionPlan plan = plan_of("ntk+dyn:step=1", 90, 25, {{0, 0, 115}});
  EXPECT_EQ(plan.blocks.size(), 16);
  plan.join_small_blocks();
  std::vector<int64_t> counts;
  for (const QueryBlock& block : plan.blocks) {
    counts.push_back(block.count);
  }
  EXPECT_EQ(counts, (std::vector<int64_t>{10, 8, 7}));
  ASSERT_TRUE(plan.blocks[1].by_rows(4));
  const PositionScheme scheme =
      PositionScheme::parse("ntk+dyn:step=1", {.dims = 8, .train_length = 100});
  for (int64_t row = 0; row < 8; ++row) {
    const auto theta = plan.blocks[1].theta_of(row, 4);
    EXPECT_EQ(std::vector<double>(theta.begin(), theta.end()), scheme.theta_at(100 + row).theta);
  }
}

}  // namespace
}  // namespace yonder::lm::internal
