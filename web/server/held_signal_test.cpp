// SPDX-License-Identifier: Apache-2.0
#include "web/server/held_signal.h"

#include <gtest/gtest.h>

#include <vector>

namespace yonder::web {
namespace {

const std::vector<double> kSamples = {1, 3, -2};
const std::vector<double> kTimes = {0, 1, 4};

TEST(HeldSignal, KeepsASampleUntilTheNext) {
  const HeldSignal signal(kSamples, {}, 10, 0.5, false);
  EXPECT_EQ(signal.at(9), 1);
  EXPECT_EQ(signal.at(10.49), 1);
  EXPECT_EQ(signal.at(10.5), 3);
  EXPECT_EQ(signal.at(11.2), -2);
  EXPECT_EQ(signal.at(99), -2);
}

TEST(HeldSignal, FindsEveryRegularSampleAtItsOwnTime) {
  std::vector<double> samples(1000);
  for (size_t k = 0; k < samples.size(); ++k) {
    samples[k] = static_cast<double>(k);
  }
  const HeldSignal signal(samples, {}, 0.3, 0.1, false);
  for (size_t k = 0; k < samples.size(); ++k) {
    EXPECT_EQ(signal.at(signal.time(k)), samples[k]);
  }
}

TEST(HeldSignal, JoinsSamplesByLinesWhereItIsTold) {
  const HeldSignal signal(kSamples, kTimes, 0, 1, true);
  EXPECT_EQ(signal.at(0.5), 2);
  EXPECT_DOUBLE_EQ(signal.at(2.5), 0.5);
  EXPECT_EQ(signal.at(5), -2);
}

TEST(HeldSignal, HasTheMeanOfItsPieces) {
  const HeldSignal held(kSamples, kTimes, 0, 1, false);
  EXPECT_DOUBLE_EQ(held.mean(0, 4), (1 * 1 + 3 * 3) / 4.0);
  EXPECT_DOUBLE_EQ(held.mean(0.5, 1.5), 2);
  EXPECT_DOUBLE_EQ(held.mean(3, 6), (3 - 2 * 2) / 3.0);
  const HeldSignal joined(kSamples, kTimes, 0, 1, true);
  EXPECT_DOUBLE_EQ(joined.mean(0, 1), 2);
  EXPECT_DOUBLE_EQ(joined.mean(1, 4), 0.5);
}

}  // namespace
}  // namespace yonder::web
