// SPDX-License-Identifier: Apache-2.0
#include "yonder/density/baselines/histogram.h"

#include "yonder/base/random.h"

#include <gtest/gtest.h>

#include <cmath>

namespace yonder::density {
namespace {

TEST(Histogram, AddsHalfAValueToEachBarAndTail) {
  const WeightedSample sample(std::vector<double>{0, 0.5, 1, 4}, {}, {});
  const Histogram histogram = Histogram::fit(sample, {}, 2);
  std::vector<double> found = {0.1, 3};
  histogram.logpdf(found, found);
  // Bars [0, 2) with 3 values and [2, 4] with 1; 4 + 4 halves in all.
  EXPECT_NEAR(std::exp(found[0]), 3.5 / 6 / 2, 1e-15);
  EXPECT_NEAR(std::exp(found[1]), 1.5 / 6 / 2, 1e-15);
  std::vector<double> cdf = {0, 4};
  histogram.cdf(cdf, cdf);
  EXPECT_NEAR(cdf[0], 0.5 / 6, 1e-15);
  EXPECT_NEAR(cdf[1], 5.5 / 6, 1e-15);
}

TEST(Histogram, ChoosesFewBarsForFewValuesAndMoreForMore) {
  const auto chosen = [](size_t count) {
    Rng rng(1);
    std::vector<double> values(count);
    for (double& value : values) {
      value = rng.normal();
    }
    return Histogram::fit(WeightedSample(values, {}, {}), {}, 0).bins();
  };
  EXPECT_LT(chosen(100), 25);
  EXPECT_GT(chosen(100000), 40);
  EXPECT_LT(chosen(100000), 1000);
}

TEST(Histogram, CoversAWholeCircleAndNothingElse) {
  const Domain circle = Domain::parse("circular:24");
  const Histogram histogram =
      Histogram::fit(WeightedSample(std::vector<double>{1, 2, 25, 23}, {}, circle), circle, 24);
  std::vector<double> found = {1.5, 25.5, 12};
  histogram.logpdf(found, found);
  EXPECT_NEAR(std::exp(found[0]), 2.5 / 16, 1e-14);
  EXPECT_EQ(found[0], found[1]);
  EXPECT_NEAR(std::exp(found[2]), 0.5 / 16, 1e-14);
  EXPECT_EQ(histogram.parameter_count(), 23);
}

}  // namespace
}  // namespace yonder::density
