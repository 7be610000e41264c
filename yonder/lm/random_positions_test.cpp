// SPDX-License-Identifier: Apache-2.0
#include "yonder/lm/random_positions.h"

#include "tests/error_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>

namespace yonder::lm {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

/// The table's row with what it must be given.
std::string example_of(const PositionKind& kind) {
  return kind.arguments.empty() ? kind.name : std::string(kind.name) + ":max=1024";
}

double mean_over_draws(const std::string& text, int64_t train_length,
                       const std::function<double(const std::vector<double>&)>& figure) {
  const PositionSampler sampler = PositionSampler::parse(text, train_length);
  constexpr int kDraws = 4000;
  double sum = 0;
  for (uint64_t draw = 0; draw < kDraws; ++draw) {
    Rng rng(3, draw);
    sum += figure(sampler.draw(rng, train_length));
  }
  return sum / kDraws;
}

double last(const std::vector<double>& positions) { return positions.back(); }

TEST(PositionKinds, GiveAsManyPositionsInOrderFromTheSameStream) {
  for (const PositionKind& kind : position_kinds()) {
    const PositionSampler sampler = PositionSampler::parse(example_of(kind), 64);
    for (uint64_t stream = 0; stream < 50; ++stream) {
      Rng rng(1, stream);
      const std::vector<double> positions = sampler.draw(rng, 64);
      ASSERT_EQ(positions.size(), 64U) << kind.name;
      EXPECT_TRUE(std::is_sorted(positions.begin(), positions.end())) << kind.name;
      EXPECT_GE(positions.front(), 0) << kind.name;
      if (!kind.arguments.empty()) {
        EXPECT_LE(positions.back(), 1024) << kind.name;
      }
      Rng again(1, stream);
      EXPECT_EQ(sampler.draw(again, 64), positions) << kind.name;
    }
    EXPECT_EQ(PositionSampler::parse(sampler.canonical(), 64).canonical(), sampler.canonical());
  }
}

TEST(PositionSampler, OrdinaryPositionsCount) {
  const PositionSampler sampler = PositionSampler::parse("ordinary", 8);
  EXPECT_TRUE(sampler.is_ordinary());
  Rng rng(0);
  EXPECT_THAT(sampler.draw(rng, 4), ElementsAre(0, 1, 2, 3));
  EXPECT_THAT(sampler.at_test(3), ElementsAre(0, 1, 2));
}

TEST(PositionSampler, SampleTakesWholeNumbersOnce) {
  const PositionSampler sampler = PositionSampler::parse("sample:max=10", 8);
  std::vector<int> taken(10, 0);
  for (uint64_t stream = 0; stream < 5000; ++stream) {
    Rng rng(2, stream);
    const std::vector<double> positions = sampler.draw(rng, 8);
    for (size_t i = 0; i < positions.size(); ++i) {
      ASSERT_EQ(positions[i], std::floor(positions[i]));
      ASSERT_TRUE(i == 0 || positions[i] > positions[i - 1]);
      ++taken[static_cast<size_t>(positions[i])];
    }
  }
  for (const int count : taken) {
    EXPECT_NEAR(count, 4000, 150);  // 8 of 10; five deviations of sqrt(5000 * 0.16)
  }
}

TEST(PositionSampler, LengthsHaveTheTrainingLengthAsMean) {
  // The last of N even positions over n is n itself.
  EXPECT_NEAR(mean_over_draws("exponential", 64, last), 64, 5);
  EXPECT_NEAR(mean_over_draws("beta:max=1024", 64, last), 64, 5);
  EXPECT_NEAR(mean_over_draws("beta:max=1024,alpha=4", 64, last), 64, 3);
}

TEST(PositionSampler, BetaOfOneIsThePowerLaw) {
  // P(n > x) = (1 - x / M)^(M / N - 1)
  const double share = mean_over_draws(
      "beta:max=256", 64, [](const std::vector<double>& p) { return p.back() > 64 ? 1.0 : 0.0; });
  EXPECT_NEAR(share, std::pow(0.75, 3), 0.04);
}

TEST(PositionSampler, PoseShiftsTheSecondHalf) {
  const PositionSampler sampler = PositionSampler::parse("pose:max=40", 8);
  double largest = 0;
  for (uint64_t stream = 0; stream < 500; ++stream) {
    Rng rng(4, stream);
    const std::vector<double> positions = sampler.draw(rng, 8);
    EXPECT_THAT(std::vector<double>(positions.begin(), positions.begin() + 4),
                ElementsAre(0, 1, 2, 3));
    const double shift = positions[4] - 4;
    EXPECT_THAT(std::vector<double>(positions.begin() + 4, positions.end()),
                ElementsAre(4 + shift, 5 + shift, 6 + shift, 7 + shift));
    largest = std::max(largest, shift);
  }
  EXPECT_EQ(largest, 32);  // the last token stands at 39
  EXPECT_THAT(sampler.at_test(3), ElementsAre(0, 1, 2));
}

TEST(PositionSampler, SpreadsATextOverWhatTrainingReached) {
  const PositionSampler sampler = PositionSampler::parse("sample:max=101", 64);
  EXPECT_THAT(sampler.at_test(3), ElementsAre(0, 50, 100));
  EXPECT_EQ(sampler.at_test(500).back(), 499);
}

TEST(PositionSampler, RefusesWhatNamesNoWay) {
  const auto parse = [](const char* text) { PositionSampler::parse(text, 64); };
  EXPECT_THAT(error_text(ErrorKind::bad_option, [&] { parse("sampel:max=128"); }),
              HasSubstr("sample"));
  EXPECT_THAT(error_text(ErrorKind::bad_option, [&] { parse("pose"); }), HasSubstr("max"));
  EXPECT_THAT(error_text(ErrorKind::bad_option, [&] { parse("pose:max=32"); }),
              HasSubstr("below the training length 64"));
}

}  // namespace
}  // namespace yonder::lm
