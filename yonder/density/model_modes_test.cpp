// SPDX-License-Identifier: Apache-2.0
#include "yonder/base/random.h"
#include "yonder/density/model.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <vector>

namespace yonder::density {
namespace {

using Complex = std::complex<double>;

std::vector<Complex> random_coefficients(uint64_t seed, size_t order) {
  Rng rng(seed);
  std::vector<Complex> b = {1.5};
  for (size_t k = 1; k <= order; ++k) {
    b.push_back(Complex(rng.normal(), rng.normal()) / std::sqrt(static_cast<double>(order)));
  }
  return b;
}

double density(const Model& model, double y) {
  model.pdf(std::span(&y, 1), std::span(&y, 1));
  return y;
}

/// Local maxima of the density on a fine grid over [low, high], the slow and obvious way.
size_t maxima_on_grid(const Model& model, double low, double high) {
  constexpr size_t kPoints = 200001;
  std::vector<double> q(kPoints);
  for (size_t i = 0; i < kPoints; ++i) {
    q[i] = low + (high - low) * static_cast<double>(i) / (kPoints - 1);
  }
  model.pdf(q, q);
  size_t count = 0;
  for (size_t i = 1; i + 1 < kPoints; ++i) {
    count += q[i] > q[i - 1] && q[i] >= q[i + 1] ? 1 : 0;
  }
  return count;
}

size_t maxima(const std::vector<Mode>& modes) {
  return static_cast<size_t>(
      std::count_if(modes.begin(), modes.end(), [](const Mode& mode) { return mode.maximum; }));
}

/// First and second derivative by differences agree with "stationary" and the curvature.
void expect_stationary(const Model& model, const std::vector<Mode>& modes, double h) {
  for (const Mode& mode : modes) {
    const double q = density(model, mode.location);
    const double left = density(model, mode.location - h);
    const double right = density(model, mode.location + h);
    EXPECT_EQ(q, mode.density);
    EXPECT_NEAR((right - left) / (2 * h), 0, 1e-4 * (1 + q)) << mode.location;
    EXPECT_NEAR((right - 2 * q + left) / (h * h), mode.curvature,
                2e-3 * (1 + std::fabs(mode.curvature)))
        << mode.location;
    EXPECT_EQ(mode.curvature < 0, mode.maximum) << mode.location;
  }
}

TEST(Modes, AreAllThatAGridSeesOnACircle) {
  for (const size_t order : {1, 5, 14, 75}) {
    const Model model(Domain::parse("circular:1@0.1234"), std::nullopt,
                      random_coefficients(1, order));
    const std::vector<Mode> modes = model.modes();
    EXPECT_EQ(maxima(modes), maxima_on_grid(model, 0.01, 1.01)) << order;
    EXPECT_EQ(modes.size(), 2 * maxima(modes));
    EXPECT_LE(maxima(modes), order);
    expect_stationary(model, modes, 1e-6);
  }
}

TEST(Modes, AreAllThatAGridSeesOnTheLine) {
  const std::vector<BaseDistribution> bases = {
      BaseDistribution::named("logistic", {0.5, 2}), BaseDistribution::named("normal", {0, 1}),
      BaseDistribution::named("student", {0, 1, 2.5}), BaseDistribution::named("cauchy", {0, 1}),
      BaseDistribution::named("mixture", {0.5, -2, 0.5, 0.5, 2, 0.5})};
  for (const BaseDistribution& base : bases) {
    const Model model({}, base, random_coefficients(2, 9));
    const std::vector<Mode> modes = model.modes();
    const double low = base.from_point({-1, 1e-3}) - 1;
    const double high = base.from_point({1, 1e-3}) + 1;
    size_t within = 0;
    for (const Mode& mode : modes) {
      within += mode.maximum && mode.location > low && mode.location < high ? 1 : 0;
    }
    EXPECT_EQ(within, maxima_on_grid(model, low, high)) << base.text();
    EXPECT_EQ(modes.size(), 2 * maxima(modes) - 1) << base.text();
    expect_stationary(model, modes, 1e-6);
  }
}

TEST(Modes, OfALaplaceBaseMayBeItsCorner) {
  const Model model({}, BaseDistribution::named("laplace", {3, 2}), std::vector<Complex>{1});
  const std::vector<Mode> modes = model.modes();
  ASSERT_EQ(modes.size(), 1);
  EXPECT_NEAR(modes[0].location, 3, 1e-15);
  EXPECT_EQ(modes[0].curvature, -0.0);
  EXPECT_EQ(modes[0].prominence, 1);
}

TEST(Modes, OfAReflectedIntervalIncludeItsEnds) {
  const Model model(Domain::parse("reflected:2:5"), std::nullopt, std::vector<Complex>{1, 0.5});
  const std::vector<Mode> modes = model.modes();
  ASSERT_EQ(modes.size(), 2);
  EXPECT_EQ(modes[0].location, 2);
  EXPECT_TRUE(modes[0].maximum);
  EXPECT_EQ(modes[1].location, 5);
  EXPECT_FALSE(modes[1].maximum);
  EXPECT_LT(modes[0].curvature, 0);
}

TEST(Modes, MayLieWhereTheCircleBegins) {
  const std::vector<Mode> modes =
      Model(Domain::parse("circular:24"), std::nullopt, std::vector<Complex>{1, -0.5}).modes();
  ASSERT_EQ(modes.size(), 2);
  EXPECT_EQ(modes[0].location, 0);
  EXPECT_TRUE(modes[0].maximum);
  EXPECT_NEAR(modes[1].location, 12, 1e-14);
}

TEST(Modes, OfAUniformDensityAreNone) {
  for (const char* domain : {"circular:1", "interval:0:1", "reflected:0:1"}) {
    for (const size_t padding : {0, 1, 5, 40}) {
      std::vector<Complex> b(padding + 1);
      b[0] = 1;
      EXPECT_TRUE(Model(Domain::parse(domain), std::nullopt, b).modes().empty())
          << domain << " " << padding;
    }
  }
}

TEST(Modes, BelowTheProminenceGoWithTheMinimaThatOnlyTheyNeed) {
  const Model model(Domain::parse("circular:1"), std::nullopt, random_coefficients(3, 20));
  const std::vector<Mode> all = model.modes();
  for (const double least : {0.01, 0.1, 0.5}) {
    const std::vector<Mode> kept = model.modes(least);
    size_t expected = 0;
    for (const Mode& mode : all) {
      expected += mode.maximum && mode.prominence >= least ? 1 : 0;
    }
    EXPECT_EQ(maxima(kept), expected);
    EXPECT_EQ(kept.size(), 2 * expected);
    for (size_t i = 0; i < kept.size(); ++i) {
      EXPECT_NE(kept[i].maximum, kept[(i + 1) % kept.size()].maximum);
      // A minimum that is kept is the lowest between its neighbours.
      if (!kept[i].maximum) {
        const double from = kept[(i + kept.size() - 1) % kept.size()].location;
        const double to = kept[(i + 1) % kept.size()].location;
        for (const Mode& mode : all) {
          const bool between = from < to ? mode.location > from && mode.location < to
                                         : mode.location > from || mode.location < to;
          EXPECT_FALSE(between && mode.density < kept[i].density);
        }
      }
    }
  }
}

TEST(Modes, ProminenceIsTheDescentToHigherGround) {
  const Model model(Domain::parse("interval:-1:1"), std::nullopt,
                    std::vector<Complex>{1, {0.5, -0.25}, {0, 0.3}});
  const std::vector<Mode> modes = model.modes();
  ASSERT_EQ(modes.size(), 4);
  EXPECT_NEAR(modes[1].prominence, 1 - modes[0].density / modes[1].density, 1e-15);
  EXPECT_NEAR(modes[3].prominence, (modes[3].density - modes[2].density) / modes[1].density, 1e-15);
  EXPECT_EQ(modes[0].prominence, 0);
}

TEST(Modes, TurnWithTheCircle) {
  const std::vector<Complex> b = random_coefficients(4, 12);
  std::vector<Complex> turned = b;
  for (size_t k = 0; k < b.size(); ++k) {  // the density of Y + 1/4
    turned[k] *= std::polar(1.0, -std::numbers::pi / 2 * static_cast<double>(k));
  }
  const Domain circle = Domain::parse("circular:1");
  const std::vector<Mode> before = Model(circle, std::nullopt, b).modes();
  const std::vector<Mode> after = Model(circle, std::nullopt, turned).modes();
  ASSERT_EQ(before.size(), after.size());
  std::vector<double> expected;
  for (const Mode& mode : before) {
    expected.push_back(std::fmod(mode.location + 0.25, 1));
  }
  std::sort(expected.begin(), expected.end());
  for (size_t i = 0; i < after.size(); ++i) {
    EXPECT_NEAR(after[i].location, expected[i], 1e-12);
  }
}

}  // namespace
}  // namespace yonder::density
