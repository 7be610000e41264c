// SPDX-License-Identifier: Apache-2.0
#include "yonder/density/internal/panels.h"

#include "yonder/density/spectral_factor.h"

#include <gtest/gtest.h>

#include <cmath>
#include <complex>
#include <vector>

namespace yonder::density::internal {
namespace {

using Complex = std::complex<double>;

CumulativeTable uniform() { return CumulativeTable(std::vector<Complex>{1}, false); }

TEST(Panels, CoverTheCircleOnce) {
  const CumulativeTable table = uniform();
  for (const int halvings : {0, 1, 50}) {
    double total = 0;
    double before = -2;
    for (const Panel& panel : panels(table, halvings)) {
      const double left =
          table.point(panel.cell, table.is_left(panel.cell) ? panel.from : panel.to).x;
      EXPECT_GE(left, before);
      before = left;
      total += panel.to - panel.from;
    }
    EXPECT_NEAR(total, static_cast<double>(table.cells()), 2 * std::ldexp(1.0, -halvings))
        << halvings;
  }
}

TEST(Panels, IntegrateAgainstTheDensity) {
  const CumulativeTable table(canonical(std::vector<Complex>{1, {0.5, -0.25}, {0, 0.3}}), false);
  const Integral mean =
      integrate(table, panels(table, 0), [](Domain::Point point) { return point.x; });
  EXPECT_NEAR(mean.value, 0.11347946031507690, 2e-16);
  EXPECT_LT(mean.error, 1e-15);
}

TEST(Panels, IntegrateWhatRunsToInfinityAtTheEnds) {
  const CumulativeTable table = uniform();
  // E from_end^(-1/2) = int_0^1 e^(-1/2) de = 2.
  const Integral root = integrate(table, panels(table, 1000), [](Domain::Point point) {
    return 1 / std::sqrt(point.from_end);
  });
  EXPECT_NEAR(root.value, 2, 1e-12);
  EXPECT_LT(root.error, 1e-9);
  // E -ln from_end = 1.
  const Integral logarithm = integrate(
      table, panels(table, 1000), [](Domain::Point point) { return -std::log(point.from_end); });
  EXPECT_NEAR(logarithm.value, 1, 1e-13);
}

TEST(Panels, FindEverySignChange) {
  const CumulativeTable table = uniform();
  const auto h = [](const CumulativeTable::Local&, Domain::Point point) {
    const double x = point.x;
    return (x - 0.3) * (x - 0.3001) * (x + 0.77) * x;
  };
  const std::vector<SignChange> found = sign_changes(table, panels(table, 0), h, false);
  ASSERT_EQ(found.size(), 4);
  const double expected[] = {-0.77, 0, 0.3, 0.3001};
  for (size_t i = 0; i < 4; ++i) {
    EXPECT_NEAR(table.point(found[i].cell, found[i].t).x, expected[i], 1e-15);
    EXPECT_EQ(found[i].falling, i % 2 == 0);
  }
}

TEST(Panels, SeeAJumpBetweenTwoOfThem) {
  const CumulativeTable table = uniform();
  const std::vector<SignChange> found = sign_changes(
      table, panels(table, 0),
      [](const CumulativeTable::Local&, Domain::Point point) { return point.x < 0 ? 2.0 : -1.0; },
      false);
  ASSERT_EQ(found.size(), 1);
  EXPECT_EQ(table.point(found[0].cell, found[0].t).x, 0);
  EXPECT_TRUE(found[0].falling);
}

TEST(Panels, SeeAChangeBetweenTheEndsOfACircle) {
  const CumulativeTable table = uniform();
  const auto h = [](const CumulativeTable::Local&, Domain::Point point) {
    return std::sin(M_PI * point.x);
  };
  EXPECT_EQ(sign_changes(table, panels(table, 0), h, false).size(), 1);
  const std::vector<SignChange> found = sign_changes(table, panels(table, 0), h, true);
  ASSERT_EQ(found.size(), 2);
  EXPECT_EQ(table.point(found[0].cell, found[0].t).x, -1);
  EXPECT_TRUE(found[0].falling);
}

TEST(Panels, SeeNothingInATouch) {
  const CumulativeTable table = uniform();
  EXPECT_TRUE(sign_changes(
                  table, panels(table, 0),
                  [](const CumulativeTable::Local&, Domain::Point point) {
                    return (point.x - 0.37) * (point.x - 0.37);
                  },
                  false)
                  .empty());
}

}  // namespace
}  // namespace yonder::density::internal
