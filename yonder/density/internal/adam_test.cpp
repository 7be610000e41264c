// SPDX-License-Identifier: Apache-2.0
#include "yonder/density/internal/adam.h"

#include "yonder/density/internal/likelihood_reference.h"

#include <gtest/gtest.h>

namespace yonder::density::internal {
namespace {

TEST(Adam, ComesNearTheOptimumAndCertifiesHowNear) {
  const Sample sample = peaks(5, 2'000, 1);
  OptimumSettings settings;
  const Optimum best = find_optimum(sample, uniform_start(8), settings);
  settings.max_steps = 200;  // epochs
  const Optimum at = adam(sample, uniform_start(8), settings, {256, 0.02, 1});
  EXPECT_NEAR(at.value, best.value, 1e-3);
  EXPECT_GE(at.value, best.value - 1e-9);
  EXPECT_GE(at.gap, at.value - best.value - 1e-9);
}

TEST(Adam, GivesTheSameForTheSameSeed) {
  const Sample sample = peaks(5, 500, 1);
  OptimumSettings settings;
  settings.max_steps = 3;
  const Optimum a = adam(sample, uniform_start(4), settings, {64, 0.02, 1});
  settings.threads = 2;
  EXPECT_EQ(adam(sample, uniform_start(4), settings, {64, 0.02, 1}).b, a.b);
  EXPECT_NE(adam(sample, uniform_start(4), settings, {64, 0.02, 2}).b, a.b);
}

}  // namespace
}  // namespace yonder::density::internal
