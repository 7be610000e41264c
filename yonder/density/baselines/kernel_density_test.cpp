// SPDX-License-Identifier: Apache-2.0
#include "yonder/density/baselines/kernel_density.h"

#include "yonder/base/random.h"
#include "yonder/density/baselines/normal_sum.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

namespace yonder::density {
namespace {

std::vector<double> normal_values(size_t count, double deviation = 1) {
  Rng rng(3);
  std::vector<double> values(count);
  for (double& value : values) {
    value = deviation * rng.normal();
  }
  return values;
}

double logpdf(const Estimator& density, double y) {
  double out = 0;
  density.logpdf({&y, 1}, {&out, 1});
  return out;
}

TEST(KernelDensity, ExactIsTheSumOfItsKernels) {
  const std::vector<double> values = normal_values(200);
  const KernelDensity density =
      KernelDensity::fit(WeightedSample(values, {}, {}), {}, {.bandwidth = "0.3", .exact = true});
  const NormalSum sum = {std::vector<double>(200, 1.0 / 200), values,
                         std::vector<double>(200, 0.3)};
  for (const double y : {-6.0, -1.2, 0.0, 0.77, 2.9, 40.0}) {
    double expected = 0;
    sum.logpdf({&y, 1}, {&expected, 1});
    EXPECT_NEAR(logpdf(density, y), expected, 1e-12 * (1 + std::abs(expected))) << y;
    double cdf = 0;
    density.cdf({&y, 1}, {&cdf, 1});
    EXPECT_NEAR(cdf, sum.cdf(y), 1e-15) << y;
  }
}

TEST(KernelDensity, BinnedAgreesWithExact) {
  const WeightedSample sample(normal_values(3000), {}, {});
  const KernelDensity binned = KernelDensity::fit(sample, {}, {.bandwidth = "0.15"});
  const KernelDensity exact = KernelDensity::fit(sample, {}, {.bandwidth = "0.15", .exact = true});
  // Sharing a value between two nodes widens its kernel by at most (spacing / 2)^2.
  for (double y = -3; y <= 3; y += 0.037) {
    EXPECT_NEAR(std::exp(logpdf(binned, y)), std::exp(logpdf(exact, y)), 5e-4) << y;
    double cdfs[2] = {y, y};
    binned.cdf({&y, 1}, {cdfs, 1});
    exact.cdf({&y, 1}, {cdfs + 1, 1});
    EXPECT_NEAR(cdfs[0], cdfs[1], 2e-4) << y;
  }
}

TEST(KernelDensity, BinnedIsSmoothWhereTheTableEnds) {
  const WeightedSample sample(normal_values(500), {}, {});
  const KernelDensity density = KernelDensity::fit(sample, {}, {.bandwidth = "0.3"});
  double before = logpdf(density, 3);
  for (double y = 3; y < 7; y += 1e-3) {
    const double here = logpdf(density, y);
    EXPECT_LT(std::abs(here - before), 0.05) << y;
    before = here;
  }
}

TEST(KernelDensity, ChoosesABandwidthNearTheBestOne) {
  const auto chosen = [](const char* rule, double deviation) {
    return KernelDensity::fit(WeightedSample(normal_values(2000, deviation), {}, {}), {},
                              {.bandwidth = rule})
        .bandwidth();
  };
  EXPECT_NEAR(chosen("scott", 1), 1.06 * std::pow(2000, -0.2), 0.01);
  EXPECT_NEAR(chosen("silverman", 1), 0.9 * std::pow(2000, -0.2), 0.02);
  EXPECT_NEAR(chosen("cv", 1), chosen("scott", 1), 0.08);
  EXPECT_NEAR(chosen("cv", 100), 100 * chosen("cv", 1), 1);
}

TEST(KernelDensity, CrossValidationSeesSeveralModes) {
  Rng rng(8);
  std::vector<double> values(4000);
  for (double& value : values) {
    value = static_cast<double>(rng.below(6)) + 0.05 * rng.normal();
  }
  const KernelDensity density = KernelDensity::fit(WeightedSample(values, {}, {}), {}, {});
  EXPECT_LT(density.bandwidth(), 0.05);
  EXPECT_GT(density.bandwidth(), 0.005);
}

TEST(KernelDensity, IsLeftExactWhereTheRangeIsTooWideForAGrid) {
  std::vector<double> values = normal_values(100);
  values.push_back(1e9);
  const KernelDensity density =
      KernelDensity::fit(WeightedSample(values, {}, {}), {}, {.bandwidth = "0.3"});
  EXPECT_NE(density.text().find("exact"), std::string::npos);
  EXPECT_NEAR(std::exp(logpdf(density, 1e9)), 0.3989 / 0.3 / 101, 1e-4);
}

}  // namespace
}  // namespace yonder::density
