// SPDX-License-Identifier: Apache-2.0
#include "yonder/density/baselines/normal_sum.h"

#include "yonder/base/random.h"
#include "yonder/density/baselines/normal_sum_reference.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numeric>

namespace yonder::density {
namespace {

NormalSum some_sum(size_t components, uint64_t seed) {
  Rng rng(seed);
  NormalSum sum;
  for (size_t k = 0; k < components; ++k) {
    sum.weights.push_back(0.1 + rng.uniform());
    sum.means.push_back(4 * rng.normal());
    sum.deviations.push_back(0.05 + rng.uniform());
  }
  const double total = std::accumulate(sum.weights.begin(), sum.weights.end(), 0.0);
  for (double& weight : sum.weights) {
    weight /= total;
  }
  return sum;
}

std::vector<double> some_values(size_t count, uint64_t seed) {
  Rng rng(seed, 1);
  std::vector<double> values(count);
  for (double& value : values) {
    value = 5 * rng.normal();
  }
  return values;
}

TEST(NormalSum, HasTheDensityOfItsReference) {
  for (const size_t components : {1, 2, 7, 40}) {
    const NormalSum sum = some_sum(components, components);
    for (const size_t count : {1, 3, 8, 101}) {
      const std::vector<double> values = some_values(count, count);
      std::vector<double> found(count);
      sum.logpdf(values, found);
      for (size_t i = 0; i < count; ++i) {
        const double expected = logpdf_reference(sum, values[i]);
        EXPECT_NEAR(found[i], expected, 4e-15 * (1 + std::abs(expected)));
      }
    }
  }
}

TEST(NormalSum, IsFiniteFarFromAllComponents) {
  const NormalSum sum = {{0.5, 0.5}, {0, 1}, {0.1, 0.2}};
  std::vector<double> far = {1e6, -1e6};
  sum.logpdf(far, far);
  EXPECT_NEAR(far[0], -0.5 * std::pow((1e6 - 1) / 0.2, 2), 100);
  EXPECT_TRUE(std::isfinite(far[1]));
}

TEST(NormalSum, HasTheResponsibilitiesOfItsReference) {
  const NormalSum sum = some_sum(5, 9);
  for (const size_t count : {1, 8, 13, 9001}) {
    const std::vector<double> values = some_values(count, 3);
    std::vector<double> weights(count);
    for (size_t i = 0; i < count; ++i) {
      weights[i] = 1.0 / static_cast<double>(1 + i % 3);
    }
    const ResponsibilitySums expected = responsibility_sums_reference(sum, values, weights);
    const ResponsibilitySums found = responsibility_sums(sum, values, weights, 2);
    const double scale = static_cast<double>(count);
    EXPECT_NEAR(found.log_likelihood, expected.log_likelihood, 1e-13 * 30 * scale);
    for (size_t k = 0; k < 5; ++k) {
      EXPECT_NEAR(found.mass[k], expected.mass[k], 1e-13 * scale);
      EXPECT_NEAR(found.first[k], expected.first[k], 1e-12 * scale);
      EXPECT_NEAR(found.second[k], expected.second[k], 1e-11 * scale);
    }
  }
}

TEST(NormalSum, DoesNotDependOnTheNumberOfThreads) {
  const NormalSum sum = some_sum(3, 5);
  const std::vector<double> values = some_values(20000, 6);
  const std::vector<double> weights(values.size(), 1.0);
  EXPECT_EQ(responsibility_sums(sum, values, weights, 1).second,
            responsibility_sums(sum, values, weights, 4).second);
}

TEST(NormalSum, SumsKernelsAroundAPoint) {
  const std::vector<double> centres = some_values(37, 2);
  const std::vector<double> weights(37, 0.5);
  double nearest = 1e9;
  long double expected = 0;
  for (const double centre : centres) {
    nearest = std::min(nearest, std::abs(0.3 - centre));
    expected += 0.5L * std::exp(-0.5L * (0.3L - centre) * (0.3L - centre) / 0.04L);
  }
  EXPECT_NEAR(log_kernel_sum(0.3, 0.2, centres, weights, nearest),
              static_cast<double>(std::log(expected)), 1e-13);
  const std::vector<double> one = {1000.0};
  EXPECT_NEAR(log_kernel_sum(0, 0.1, one, std::vector<double>{1.0}, 1000), -0.5e8, 1e-6);
}

TEST(NormalSum, FoldedHasAllItsMassInTheDomain) {
  for (const char* text : {"circular:6@-2", "reflected:-2:4"}) {
    const Domain domain = Domain::parse(text);
    const NormalSum sum = {{0.3, 0.7}, {-1.9, 2.5}, {0.8, 4}};
    const NormalSum all = unfolded(sum, images(domain, 6 + 9 * 4));
    EXPECT_NEAR(all.cdf(4) - all.cdf(-2), 1, 1e-14) << text;
  }
}

TEST(Fold, MirrorsAndWraps) {
  const Domain mirror = Domain::parse("reflected:1:3");
  EXPECT_DOUBLE_EQ(fold(mirror, 0.5), 1.5);
  EXPECT_DOUBLE_EQ(fold(mirror, 3.25), 2.75);
  EXPECT_DOUBLE_EQ(fold(mirror, 7.5), 2.5);
  EXPECT_DOUBLE_EQ(fold(mirror, 2.25), 2.25);
  EXPECT_DOUBLE_EQ(fold(Domain::parse("circular:24"), -1), 23);
  EXPECT_DOUBLE_EQ(fold(Domain{}, -1), -1);
}

}  // namespace
}  // namespace yonder::density
