// SPDX-License-Identifier: Apache-2.0
// The optimum is the same from every start, and stationary points that are not the best are left.
#include "yonder/density/internal/optimum.h"

#include "yonder/density/internal/likelihood_reference.h"

#include <gtest/gtest.h>

namespace yonder::density::internal {
namespace {

TEST(Optimum, IsTheSameFromTwelveRandomStarts) {
  const Sample sample = peaks(5, 20'000, 1);
  const OptimumSettings settings;
  const Optimum expected = find_optimum(sample, uniform_start(14), settings);
  for (uint64_t seed = 0; seed < 12; ++seed) {
    const Optimum at = find_optimum(sample, random_start(14, seed), settings);
    EXPECT_TRUE(at.reached) << at.gap;
    EXPECT_NEAR(at.value, expected.value, 1e-9);
  }
}

TEST(Optimum, OfTwentyFivePeaksHasACertificateFromAnyStart) {
  const Sample sample = peaks(25, 20'000, 1);
  const OptimumSettings settings;
  const Optimum expected = find_optimum(sample, uniform_start(37), settings);
  EXPECT_LE(expected.gap, 1e-8);
  for (uint64_t seed = 0; seed < 3; ++seed) {
    const Optimum at = find_optimum(sample, random_start(37, seed), settings);
    EXPECT_LE(at.gap, 1e-8);
    EXPECT_NEAR(at.value, expected.value, 1e-8);
  }
}

// |1 + z|^2 = 2 + 2 cos(pi x) has its zero at x = 1. For points symmetric about 0 moving that root
// along the circle changes nothing in first order, moving it off the circle only in second: b is
// stationary, and yet any 2 + r cos(pi x) with a smaller r is better. Only the certificate knows.
TEST(Optimum, LeavesAStationaryPointThatIsNotTheBest) {
  Sample sample;
  sample.x = {-0.875, -0.5, -0.25, 0, 0.25, 0.5, 0.875};
  sample.w.assign(7, 1.0 / 7);
  Coefficients start(2);
  start << 1, 1;
  Coefficients g;
  Likelihood likelihood(sample, 1, 0, 1);
  likelihood.gradient(start, g);
  ASSERT_LT(g.norm(), 1e-14);
  const OptimumSettings settings;
  const Optimum at = find_optimum(sample, start, settings);
  EXPECT_LE(at.gap, 1e-8);
  EXPECT_NEAR(at.value, find_optimum(sample, uniform_start(1), settings).value, 1e-12);
}

TEST(Optimum, OfALowerOrderIsNotTakenForThatOfAHigherOne) {
  const Sample sample = peaks(5, 2'000, 4);
  const OptimumSettings settings;
  const Optimum low = find_optimum(sample, uniform_start(6), settings);
  Coefficients start = Coefficients::Zero(9);
  start.head(7) = low.b;
  const Optimum high = find_optimum(sample, start, settings);
  EXPECT_LE(high.gap, 1e-8);
  EXPECT_LT(high.value, low.value);
}

TEST(Optimum, OfCellsThenSampleIsThatOfTheSample) {
  const Sample sample = peaks(25, 200'000, 5);  // enough for cells
  OptimumSettings settings;
  settings.gap_tolerance = 1e-10;
  const Optimum at = find_optimum(sample, uniform_start(20), settings);
  EXPECT_LE(at.gap, 1e-10);
}

TEST(Optimum, OfAnEvenSampleIsRealAndEvenInEffect) {
  Sample sample = peaks(5, 2'000, 6);
  for (double& x : sample.x) {
    x = std::abs(x);
  }
  sample.even = true;
  const OptimumSettings settings;
  const Optimum even = find_optimum(sample, uniform_start(12), settings);
  EXPECT_EQ(even.b.imag().norm(), 0);
  EXPECT_LE(even.gap, 1e-8);

  Sample doubled;
  for (size_t j = 0; j < sample.x.size(); ++j) {
    doubled.x.insert(doubled.x.end(), {sample.x[j], -sample.x[j]});
    doubled.w.insert(doubled.w.end(), 2, sample.w[j] / 2);
  }
  EXPECT_NEAR(find_optimum(doubled, uniform_start(12), settings).value, even.value, 1e-8);
}

TEST(Optimum, SaysWhereTheToleranceWasNotReached) {
  OptimumSettings settings;
  settings.max_steps = 2;
  const Optimum at = find_optimum(peaks(25, 1'000, 7), uniform_start(30), settings);
  EXPECT_FALSE(at.reached);
  EXPECT_GT(at.gap, settings.gap_tolerance);
  EXPECT_LE(at.lbfgs_steps, 2);
  EXPECT_LE(at.newton_steps, 2);
}

}  // namespace
}  // namespace yonder::density::internal
