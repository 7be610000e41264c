// SPDX-License-Identifier: Apache-2.0
#include "yonder/density/internal/cells.h"

#include "yonder/density/internal/likelihood_reference.h"

#include <gtest/gtest.h>

#include <cmath>

namespace yonder::density::internal {
namespace {

double mean(const Sample& sample, double (*g)(double)) {
  double sum = 0;
  for (size_t j = 0; j < sample.x.size(); ++j) {
    sum += sample.w[j] * g(sample.x[j]);
  }
  return sum;
}

TEST(Cells, KeepUpToTwoValuesExactly) {
  Cells cells(4);
  cells.add(std::vector<double>{-1, -0.7, 0.1, 0.1, 1}, std::vector<double>{1, 3, 2, 2, 2});
  const Sample sample = cells.sample(false);
  const std::vector<double> x = {-1, -0.7, 0.1, 1}, w = {0.1, 0.3, 0.4, 0.2};
  ASSERT_EQ(sample.x.size(), x.size());
  for (size_t j = 0; j < x.size(); ++j) {
    EXPECT_NEAR(sample.x[j], x[j], 1e-14);
    EXPECT_NEAR(sample.w[j], w[j], 1e-14);
  }
}

TEST(Cells, KeepMomentsZeroToThreeAndPointsInside) {
  const Sample whole = peaks(25, 20'000, 1);
  const Sample sample = gather_in_cells(whole, 64, 1);
  EXPECT_LE(sample.x.size(), 128);
  EXPECT_NEAR(mean(sample, [](double) { return 1.0; }), 1, 1e-13);
  EXPECT_NEAR(mean(sample, [](double x) { return x; }), mean(whole, [](double x) { return x; }),
              1e-13);
  EXPECT_NEAR(mean(sample, [](double x) { return x * x; }),
              mean(whole, [](double x) { return x * x; }), 1e-13);
  EXPECT_NEAR(mean(sample, [](double x) { return x * x * x; }),
              mean(whole, [](double x) { return x * x * x; }), 1e-13);
  for (size_t j = 0; j < sample.x.size(); ++j) {
    EXPECT_GE(sample.x[j], -1);
    EXPECT_LE(sample.x[j], 1);
    EXPECT_GT(sample.w[j], 0);
  }
}

TEST(Cells, ErrorObeysTheBound) {
  const Sample whole = peaks(5, 50'000, 2);
  const auto g = [](double x) { return std::cos(20 * x); };  // |g''''| <= 20^4
  for (const size_t count : {16, 64, 256}) {
    const double width = 2 / static_cast<double>(count);
    const double bound = std::pow(width * 20, 4) / 4320;
    EXPECT_LE(std::abs(mean(gather_in_cells(whole, count, 1), g) - mean(whole, g)), bound + 1e-14);
  }
}

TEST(Cells, DoNotDependOnTheNumberOfThreads) {
  const Sample whole = peaks(5, 3'000'000, 3);
  const Sample expected = gather_in_cells(whole, 512, 1);
  for (const int threads : {2, 3}) {
    const Sample sample = gather_in_cells(whole, 512, threads);
    EXPECT_EQ(sample.x, expected.x);
    EXPECT_EQ(sample.w, expected.w);
  }
}

}  // namespace
}  // namespace yonder::density::internal
