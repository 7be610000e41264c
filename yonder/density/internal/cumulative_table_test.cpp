// SPDX-License-Identifier: Apache-2.0
#include "yonder/density/internal/cumulative_table.h"

#include "yonder/base/random.h"
#include "yonder/density/internal/cumulative_reference.h"
#include "yonder/density/spectral_factor.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

namespace yonder::density::internal {
namespace {

using Complex = std::complex<double>;

std::vector<Complex> random_density(uint64_t seed, size_t order) {
  Rng rng(seed);
  std::vector<Complex> b = {1};
  for (size_t k = 1; k <= order; ++k) {
    b.push_back(Complex(rng.normal(), rng.normal()) / std::sqrt(static_cast<double>(order)));
  }
  return canonical(b);
}

Domain::Point at(double x) { return {x, 1 - std::fabs(x)}; }

TEST(CumulativeTable, HasTheMassesOfTheCosineSum) {
  for (const size_t order : {0, 1, 2, 14, 75, 300}) {
    const std::vector<Complex> b = random_density(1, order);
    const std::vector<Complex> c = autocorrelation(b);
    const CumulativeTable table(b, false);
    for (int i = 0; i <= 500; ++i) {
      const double x = -1 + 2 * i / 500.0;
      const CumulativeTable::Masses masses = table.masses(at(x));
      const auto lower = static_cast<double>(cumulative_reference(c, x));
      EXPECT_NEAR(masses.lower, lower, 4e-15) << order << " at " << x;
      EXPECT_NEAR(masses.upper, 1 - lower, 4e-15) << order << " at " << x;
    }
  }
}

TEST(CumulativeTable, HasTwiceTheMassesOfHalfAnEvenDensity) {
  std::vector<Complex> b = canonical(std::vector<Complex>{1, 0.5, -0.75, 0.2});
  const std::vector<Complex> c = autocorrelation(b);
  const CumulativeTable table(b, true);
  for (int i = 0; i <= 200; ++i) {
    const double x = i / 200.0;
    const auto expected = static_cast<double>(2 * cumulative_reference(c, x) - 1);
    EXPECT_NEAR(table.masses({x, 1 - x}).lower, expected, 1e-15) << x;
  }
}

TEST(CumulativeTable, KeepsTheDigitsOfBothTails) {
  const std::vector<Complex> b = random_density(2, 30);
  const CumulativeTable table(b, false);
  double end = 0;
  {
    Complex sum = 0;
    for (size_t k = 0; k < b.size(); ++k) {
      sum += k % 2 == 0 ? b[k] : -b[k];
    }
    end = std::norm(sum) / 2;  // p(-1) = p(1)
  }
  for (const double e : {1e-20, 1e-100, 1e-300, 3e-320}) {
    EXPECT_NEAR(table.masses({-1, e}).lower / (end * e), 1, e < 1e-310 ? 1e-2 : 1e-12);
    EXPECT_NEAR(table.masses({1, e}).upper / (end * e), 1, e < 1e-310 ? 1e-2 : 1e-12);
  }
}

TEST(CumulativeTable, KeepsTheDigitsBeyondAZeroAtTheEnd) {
  // A = (1 + z) / sqrt(2): p = (1 + cos(pi x)) / 2, and the mass at distance e from an end is
  // (e - sin(pi e) / pi) / 2 ~ pi^2 e^3 / 12.
  const std::vector<Complex> b = {std::sqrt(0.5), std::sqrt(0.5)};
  const CumulativeTable table(b, false);
  for (const double e : {1e-4, 1e-6}) {
    const double expected = M_PI * M_PI * e * e * e / 12;
    EXPECT_NEAR(table.masses({-1, e}).lower / expected, 1, 1e-6) << e;
    EXPECT_NEAR(table.masses({1, e}).upper / expected, 1, 1e-6) << e;
  }
}

TEST(CumulativeTable, InvertsItself) {
  for (const size_t order : {0, 2, 14, 75, 300}) {
    const CumulativeTable table(random_density(3, order), false);
    std::vector<MassTarget> targets;
    for (double mass = 0.999; mass > 1e-300; mass *= 0.7) {
      targets.push_back({mass, false});
      targets.push_back({mass, true});
    }
    std::vector<Domain::Point> points(targets.size());
    table.quantiles(targets, points);
    for (size_t i = 0; i < targets.size(); ++i) {
      const CumulativeTable::Masses masses = table.masses(points[i]);
      EXPECT_NEAR((targets[i].above ? masses.upper : masses.lower) / targets[i].mass, 1, 4e-13)
          << order << " mass " << targets[i].mass;
    }
  }
}

TEST(CumulativeTable, InvertsEachMassByItself) {
  const CumulativeTable table(random_density(4, 20), false);
  Rng rng(1);
  std::vector<MassTarget> targets;
  for (int i = 0; i < 1000; ++i) {
    targets.push_back({rng.uniform(), rng.below(2) == 0});
  }
  std::vector<Domain::Point> together(targets.size());
  table.quantiles(targets, together);
  for (size_t i = 0; i < targets.size(); ++i) {
    Domain::Point alone;
    table.quantiles(std::span(&targets[i], 1), std::span(&alone, 1));
    EXPECT_EQ(alone.x, together[i].x);
    EXPECT_EQ(alone.from_end, together[i].from_end);
  }
}

TEST(CumulativeTable, InvertsWhereTheDensityIsZeroInside) {
  // A double zero at x = 0 holds no mass, and the median lies in it.
  const CumulativeTable table(canonical(std::vector<Complex>{1, -1}), false);
  for (const double offset : {0.0, 1e-12, 1e-6, 1e-3}) {
    const std::vector<MassTarget> targets = {{0.5 - offset, false}, {0.5 - offset, true}};
    std::vector<Domain::Point> points(2);
    table.quantiles(targets, points);
    EXPECT_NEAR(table.masses(points[0]).lower, 0.5 - offset, 1e-16);
    EXPECT_NEAR(table.masses(points[1]).upper, 0.5 - offset, 1e-16);
  }
}

TEST(CumulativeTable, NeverStepsBack) {
  for (const size_t order : {1, 14, 75}) {
    const CumulativeTable table(random_density(5, order), false);
    constexpr int kPoints = 1000000;
    double lower = 0;
    double upper = 1;
    for (int i = 0; i <= kPoints; ++i) {
      const CumulativeTable::Masses masses = table.masses(at(-1 + 2.0 * i / kPoints));
      ASSERT_GE(masses.lower, lower) << order << " " << i;
      ASSERT_LE(masses.upper, upper) << order << " " << i;
      lower = masses.lower;
      upper = masses.upper;
    }
    EXPECT_EQ(lower, 1);
  }
}

}  // namespace
}  // namespace yonder::density::internal
