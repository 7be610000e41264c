// SPDX-License-Identifier: Apache-2.0
#include "yonder/nn/optimizer_options.h"

#include <gtest/gtest.h>

namespace yonder::nn {
namespace {

OptimizerOptions with_schedule(const std::string& schedule) {
  OptimizerOptions options;
  options.learning_rate = 2;
  options.warmup = 10;
  options.final_rate = 0.1;
  options.schedule = schedule;
  return options;
}

TEST(LearningRate, GrowsLinearlyInTheWarmUp) {
  for (const char* schedule : {"constant", "cosine", "linear", "wsd"}) {
    const OptimizerOptions options = with_schedule(schedule);
    EXPECT_DOUBLE_EQ(learning_rate_at(options, 0, 0), 0.2) << schedule;
    EXPECT_DOUBLE_EQ(learning_rate_at(options, 4, 0), 1) << schedule;
    EXPECT_DOUBLE_EQ(learning_rate_at(options, 9, 0), 2) << schedule;
  }
}

TEST(LearningRate, EndsAtTheFinalRate) {
  EXPECT_DOUBLE_EQ(learning_rate_at(with_schedule("constant"), 100, 1), 2);
  EXPECT_DOUBLE_EQ(learning_rate_at(with_schedule("cosine"), 100, 1), 0.2);
  EXPECT_DOUBLE_EQ(learning_rate_at(with_schedule("linear"), 100, 1), 0.2);
  EXPECT_DOUBLE_EQ(learning_rate_at(with_schedule("wsd"), 100, 1), 0.2);
}

TEST(LearningRate, IsHalfwayDownWhereTheScheduleSays) {
  EXPECT_DOUBLE_EQ(learning_rate_at(with_schedule("cosine"), 100, 0.5), 1.1);
  EXPECT_DOUBLE_EQ(learning_rate_at(with_schedule("linear"), 100, 0.5), 1.1);
  OptimizerOptions wsd = with_schedule("wsd");
  wsd.decay_part = 0.2;
  EXPECT_DOUBLE_EQ(learning_rate_at(wsd, 100, 0.79), 2);
  EXPECT_NEAR(learning_rate_at(wsd, 100, 0.9), 1.1, 1e-12);
}

TEST(LearningRate, StaysAtTheEndWhereARunGoesBeyondItsTime) {
  EXPECT_DOUBLE_EQ(learning_rate_at(with_schedule("linear"), 100, 1.7), 0.2);
}

}  // namespace
}  // namespace yonder::nn
