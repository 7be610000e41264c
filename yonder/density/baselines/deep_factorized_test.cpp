// SPDX-License-Identifier: Apache-2.0
#include "yonder/density/baselines/deep_factorized.h"

#include "yonder/base/random.h"

#include <gtest/gtest.h>

#include <cmath>

namespace yonder::density {
namespace {

TEST(DeepFactorized, HasTheGradientOfItsObjective) {
  const std::vector<size_t> widths = {3, 2};
  Rng rng(3);
  std::vector<double> parameters(3 * 3 + 2 * (3 + 2) + 2 + 1);
  for (double& parameter : parameters) {
    parameter = rng.normal();
  }
  const std::vector<double> values = {-1.3, 0.2, 0.9};
  const std::vector<double> weights = {0.2, 0.5, 0.3};
  std::vector<double> gradient(parameters.size());
  std::vector<double> unused(parameters.size());
  DeepFactorized::objective(widths, parameters, values, weights, gradient);
  for (size_t i = 0; i < parameters.size(); ++i) {
    const double step = 1e-6;
    std::vector<double> moved = parameters;
    moved[i] += step;
    const double up = DeepFactorized::objective(widths, moved, values, weights, unused);
    moved[i] -= 2 * step;
    const double down = DeepFactorized::objective(widths, moved, values, weights, unused);
    EXPECT_NEAR(gradient[i], (up - down) / (2 * step), 1e-8) << i;
  }
}

TEST(DeepFactorized, HasThePublishedNumberOfParameters) {
  Rng rng(2);
  std::vector<double> values(400);
  for (double& value : values) {
    value = 7 + 3 * rng.normal();
  }
  const DeepFactorized density =
      DeepFactorized::fit(WeightedSample(values, {}, {}), {.starts = 1, .max_steps = 50});
  EXPECT_EQ(density.parameter_count(), 43);
}

TEST(DeepFactorized, FitsALogisticDistributionAlmostExactly) {
  Rng rng(2);
  std::vector<double> values(4000);
  for (double& value : values) {
    const double u = rng.uniform_open();
    value = 5 + 2 * std::log(u / (1 - u));
  }
  const DeepFactorized density =
      DeepFactorized::fit(WeightedSample(values, {}, {}), {.widths = {3}, .starts = 2});
  std::vector<double> logs = values;
  density.logpdf(values, logs);
  double gain = 0;
  for (size_t i = 0; i < values.size(); ++i) {
    const double t = std::abs(values[i] - 5) / 2;
    gain += logs[i] - (-t - 2 * std::log1p(std::exp(-t)) - std::log(2.0));
  }
  gain /= 4000;
  EXPECT_GT(gain, 0);
  EXPECT_LT(gain, 0.005);
}

TEST(DeepFactorized, DoesNotDependOnTheNumberOfThreads) {
  Rng rng(2);
  std::vector<double> values(3000);
  for (double& value : values) {
    value = rng.normal();
  }
  const auto fit = [&](int64_t threads) {
    return DeepFactorized::fit(WeightedSample(values, {}, {}),
                               {.starts = 1, .max_steps = 20, .threads = threads})
        .parameters();
  };
  EXPECT_EQ(fit(1), fit(3));
}

}  // namespace
}  // namespace yonder::density
