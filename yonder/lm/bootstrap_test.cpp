// SPDX-License-Identifier: Apache-2.0
#include "yonder/lm/bootstrap.h"

#include "yonder/base/random.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

namespace yonder::lm {
namespace {

TEST(Bootstrap, AgreesWithTheNormalIntervalOnManySamples) {
  std::vector<double> values;
  Rng rng(1);
  double sum = 0;
  double squares = 0;
  constexpr int kSamples = 400;
  for (int i = 0; i < kSamples; ++i) {
    values.push_back(3 + rng.normal());
    sum += values.back();
    squares += values.back() * values.back();
  }
  const std::vector<double> ones(kSamples, 1.0);
  const double mean = sum / kSamples;
  const double error = std::sqrt((squares / kSamples - mean * mean) / kSamples);
  const Interval interval = bootstrap_interval(values, ones, 0.95, 0);
  EXPECT_NEAR(interval.low, mean - 1.96 * error, 0.25 * error);
  EXPECT_NEAR(interval.high, mean + 1.96 * error, 0.25 * error);
}

TEST(Bootstrap, ARatioOfSumsWeighsSamplesByTheirSize) {
  // All samples have the ratio 2, whatever their size, so there is nothing to be unsure of.
  const Interval interval =
      bootstrap_interval(std::vector<double>{2, 20, 200}, std::vector<double>{1, 10, 100}, 0.9, 3);
  EXPECT_DOUBLE_EQ(interval.low, 2);
  EXPECT_DOUBLE_EQ(interval.high, 2);
}

TEST(Bootstrap, TheSameSeedGivesTheSameInterval) {
  std::vector<double> values;
  Rng rng(2);
  for (int i = 0; i < 50; ++i) {
    values.push_back(rng.normal());
  }
  const std::vector<double> ones(50, 1.0);
  EXPECT_EQ(bootstrap_interval(values, ones, 0.95, 7).low,
            bootstrap_interval(values, ones, 0.95, 7).low);
  EXPECT_NE(bootstrap_interval(values, ones, 0.95, 7).low,
            bootstrap_interval(values, ones, 0.95, 8).low);
}

TEST(Bootstrap, OneSampleHasNoInterval) {
  EXPECT_TRUE(
      std::isnan(bootstrap_interval(std::vector<double>{1}, std::vector<double>{1}, 0.95, 0).low));
}

}  // namespace
}  // namespace yonder::lm
