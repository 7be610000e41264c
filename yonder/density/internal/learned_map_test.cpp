// SPDX-License-Identifier: Apache-2.0
#include "yonder/density/internal/learned_map.h"

#include "yonder/base/random.h"
#include "yonder/density/fit.h"
#include "yonder/density/internal/likelihood_reference.h"

#include <gtest/gtest.h>

#include <cmath>

namespace yonder::density::internal {
namespace {

WeightedValues two_bumps(size_t n) {
  Rng rng(1);
  WeightedValues values;
  for (size_t i = 0; i < n; ++i) {
    values.y.push_back(i % 3 == 0 ? 4 + 0.5 * rng.normal() : 1 + rng.normal());
    values.w.push_back(1 / static_cast<double>(n));
  }
  return values;
}

TEST(LearnedMap, GradientIsTheDifferenceQuotient) {
  const WeightedValues values = two_bumps(300);
  const Coefficients b = Coefficients::Unit(7, 0) + 0.1 * random_start(6, 2);
  for (const char* name : {"logistic", "normal", "laplace", "student:4", "cauchy", "mixture:2"}) {
    const BaseDistribution base = BaseDistribution::fitted(name, values.y, values.w);
    const auto value_at = [&](double dt, double ds) {
      const BaseDistribution moved = base.with(base.location() + dt, base.scale() * std::exp(ds));
      const MappedSample mapped = map_to_circle(values, {}, &moved, 1);
      return Likelihood(mapped.sample, 6, 0, 1).value(b) - mapped.log_slope;
    };
    const MapGradient gradient =
        map_gradient(values, map_to_circle(values, {}, &base, 1), base, b, 1);
    constexpr double kStep = 1e-5;
    EXPECT_NEAR(gradient.location, (value_at(kStep, 0) - value_at(-kStep, 0)) / (2 * kStep), 1e-7)
        << name;
    EXPECT_NEAR(gradient.log_scale, (value_at(0, kStep) - value_at(0, -kStep)) / (2 * kStep), 1e-7)
        << name;
  }
}

TEST(LearnedMap, IsStationaryAndNotWorseThanTheGivenOne) {
  const WeightedValues values = two_bumps(2'000);
  FitOptions options;
  options.order = "3";
  FitReport fixed, learned;
  fit(values.y, {}, options, &fixed);
  options.learn_map = true;
  const Model model = fit(values.y, {}, options, &learned);
  EXPECT_LT(learned.nll, fixed.nll);
  EXPECT_LE(learned.gap, 1e-8);

  const auto b = model.coefficients();
  const Coefficients coefficients =
      Eigen::Map<const Coefficients>(b.data(), static_cast<Eigen::Index>(b.size()));
  const MappedSample mapped = map_to_circle(values, {}, &*model.base(), 1);
  const MapGradient gradient = map_gradient(values, mapped, *model.base(), coefficients, 1);
  EXPECT_NEAR(gradient.location * model.base()->scale(), 0, 1e-5);
  EXPECT_NEAR(gradient.log_scale, 0, 1e-5);
}

}  // namespace
}  // namespace yonder::density::internal
