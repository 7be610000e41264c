// SPDX-License-Identifier: Apache-2.0
#include "yonder/density/internal/adaptive_panels.h"

#include <gtest/gtest.h>

#include <cmath>

namespace yonder::density::internal {
namespace {

std::array<double, 2> integrals(double (*first)(double), double (*second)(double),
                                const std::vector<double>& breakpoints) {
  std::array<double, 2> sums{};
  double end = breakpoints.front();
  for (const Panel& panel : adaptive_panels(
           [&](std::span<const double> x, std::span<double> a, std::span<double> b) {
             for (size_t i = 0; i < x.size(); ++i) {
               a[i] = first(x[i]);
               b[i] = second(x[i]);
             }
           },
           breakpoints, 1e-12)) {
    EXPECT_EQ(panel.low, end) << "panels lie side by side";
    end = panel.high;
    sums[0] += panel.integral[0];
    sums[1] += panel.integral[1];
  }
  EXPECT_EQ(end, breakpoints.back());
  return sums;
}

TEST(AdaptivePanels, IntegrateSmoothFunctionsToRounding) {
  const auto found = integrals([](double x) { return std::exp(-x * x); },
                               [](double x) { return std::cos(40 * x); }, {-8, 1, 9});
  EXPECT_NEAR(found[0], std::sqrt(M_PI), 1e-13);
  EXPECT_NEAR(found[1], (std::sin(360) + std::sin(320)) / 40, 1e-13);
}

TEST(AdaptivePanels, FindKinksAndJumps) {
  const auto found = integrals([](double x) { return std::abs(x - 0.123456); },
                               [](double x) { return x < 1.0 / 3 ? 1.0 : 0.0; }, {0, 1});
  EXPECT_NEAR(found[0], (0.123456 * 0.123456 + 0.876544 * 0.876544) / 2, 1e-11);
  EXPECT_NEAR(found[1], 1.0 / 3, 1e-11);
}

}  // namespace
}  // namespace yonder::density::internal
