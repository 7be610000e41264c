// SPDX-License-Identifier: Apache-2.0
#include "yonder/density/internal/lbfgs.h"

#include <gtest/gtest.h>

#include <limits>

namespace yonder::density::internal {
namespace {

// Rosenbrock's valley in x = Re b_0, y = Im b_0; the minimum is at 1 + i.
double valley(const Coefficients& b, Coefficients& g) {
  const double x = b[0].real(), y = b[0].imag();
  g.resize(1);
  g[0] = {-2 * (1 - x) - 400 * x * (y - x * x), 200 * (y - x * x)};
  return (1 - x) * (1 - x) + 100 * (y - x * x) * (y - x * x);
}

TEST(Lbfgs, FollowsACurvedValley) {
  Coefficients start(1);
  start << std::complex<double>(-1.2, 1);
  LbfgsSettings settings;
  settings.relative_change = 0;
  settings.gradient_norm = 1e-10;
  const LbfgsResult result = lbfgs(start, valley, settings);
  EXPECT_LT(std::abs(result.b[0] - std::complex<double>(1, 1)), 1e-9);
  EXPECT_LT(result.steps, 60);
}

TEST(Lbfgs, StaysWhereTheFunctionIsFinite) {
  // x - ln x has its minimum at 1 and no value at x <= 0; the first step would go there.
  const auto function = [](const Coefficients& b, Coefficients& g) {
    const double x = b[0].real();
    g = Coefficients::Constant(1, 1 - 1 / x);
    return x > 0 ? x - std::log(x) : std::numeric_limits<double>::quiet_NaN();
  };
  LbfgsSettings settings;
  settings.relative_change = 0;
  settings.gradient_norm = 1e-9;
  settings.first_scale = 100;
  const LbfgsResult result = lbfgs(Coefficients::Constant(1, 5.0), function, settings);
  EXPECT_NEAR(result.b[0].real(), 1, 1e-8);
}

TEST(Lbfgs, StopsAtTheLimit) {
  Coefficients start(1);
  start << std::complex<double>(-1.2, 1);
  LbfgsSettings settings;
  settings.max_steps = 3;
  EXPECT_EQ(lbfgs(start, valley, settings).steps, 3);
}

}  // namespace
}  // namespace yonder::density::internal
