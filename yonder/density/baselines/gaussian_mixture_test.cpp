// SPDX-License-Identifier: Apache-2.0
#include "yonder/density/baselines/gaussian_mixture.h"

#include "yonder/base/random.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

namespace yonder::density {
namespace {

// Five separated modes (the specification's target T5).
std::vector<double> five_modes(size_t count) {
  Rng rng(11);
  std::vector<double> values(count);
  for (double& value : values) {
    const uint64_t u = rng.below(9);
    const double mean = u < 1 ? -0.7 : u < 3 ? -0.35 : u < 6 ? 0 : u < 8 ? 0.35 : 0.7;
    value = mean + 0.05 * rng.normal();
  }
  return values;
}

double likelihood(const GaussianMixture& mixture, const WeightedSample& sample) {
  std::vector<double> logs(sample.values.size());
  mixture.logpdf(sample.values, logs);
  double sum = 0;
  for (size_t i = 0; i < logs.size(); ++i) {
    sum += sample.weights[i] * logs[i];
  }
  return sum;
}

TEST(GaussianMixture, FindsTheComponentsOfSeparatedModes) {
  const WeightedSample sample(five_modes(20000), {}, {});
  const GaussianMixture mixture = GaussianMixture::fit(sample, {}, {.components = 5});
  std::vector<double> means = mixture.components().means;
  std::sort(means.begin(), means.end());
  for (size_t k = 0; k < 5; ++k) {
    EXPECT_NEAR(means[k], -0.7 + 0.35 * static_cast<double>(k), 0.005);
    EXPECT_NEAR(mixture.components().deviations[k], 0.05, 0.003);
  }
  EXPECT_EQ(mixture.parameter_count(), 14);
}

TEST(GaussianMixture, KeepsTheBestOfItsStarts) {
  const WeightedSample sample(five_modes(3000), {}, {});
  const auto fit = [&](bool kmeans, int64_t random) {
    return likelihood(
        GaussianMixture::fit(sample, {},
                             {.components = 5, .kmeans_start = kmeans, .random_starts = random}),
        sample);
  };
  EXPECT_GE(fit(true, 3) + 1e-9, std::max(fit(true, 0), fit(false, 3)));
}

TEST(GaussianMixture, OfOneComponentHasMeanAndDeviation) {
  const std::vector<double> values = {1, 2, 3, 6};
  const std::vector<double> weights = {1, 1, 1, 3};
  const WeightedSample sample(values, weights, {});
  const GaussianMixture normal = GaussianMixture::fit(sample, {}, {.components = 1});
  EXPECT_NEAR(normal.components().means[0], 4, 1e-12);
  EXPECT_NEAR(normal.components().deviations[0], std::sqrt(26.0 / 6), 1e-12);
}

TEST(GaussianMixture, FindsABumpAcrossTheOriginOfACircle) {
  Rng rng(5);
  std::vector<double> values(5000);
  for (double& value : values) {
    value = 23.5 + 1.5 * rng.normal();
  }
  const Domain circle = Domain::parse("circular:24");
  const GaussianMixture normal =
      GaussianMixture::fit(WeightedSample(values, {}, circle), circle, {.components = 1});
  EXPECT_NEAR(normal.components().means[0], 23.5, 0.1);
  EXPECT_NEAR(normal.components().deviations[0], 1.5, 0.1);
}

TEST(GaussianMixture, FoldsAtTheEndsOfAReflectedInterval) {
  Rng rng(5);
  std::vector<double> values(20000);
  for (double& value : values) {
    value = std::abs(0.2 * rng.normal());
  }
  const Domain domain = Domain::parse("reflected:0:2");
  const GaussianMixture half =
      GaussianMixture::fit(WeightedSample(values, {}, domain), domain, {.components = 1});
  const double y = 0;
  double found = 0;
  half.logpdf({&y, 1}, {&found, 1});
  EXPECT_NEAR(std::exp(found), 2 / (0.2 * std::sqrt(2 * M_PI)), 0.1);
}

TEST(GaussianMixture, DoesNotDependOnTheNumberOfThreads) {
  const WeightedSample sample(five_modes(10000), {}, {});
  const auto fit = [&](int64_t threads) {
    return GaussianMixture::fit(sample, {},
                                {.components = 4, .random_starts = 1, .threads = threads})
        .components()
        .means;
  };
  EXPECT_EQ(fit(1), fit(3));
}

}  // namespace
}  // namespace yonder::density
