// SPDX-License-Identifier: Apache-2.0
#include "yonder/density/goodness_of_fit.h"

#include "tests/error_text.h"
#include "yonder/density/algebra.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <complex>
#include <limits>
#include <numbers>
#include <numeric>

namespace yonder::density {
namespace {

using testing::HasSubstr;

const std::vector<std::complex<double>> kV1 = {1, {0.5, -0.25}, {0, 0.3}};
const std::vector<std::complex<double>> kUniform = {1};

Model bounded(const char* domain, const std::vector<std::complex<double>>& b = kV1) {
  return {Domain::parse(domain), std::nullopt, b};
}

Model line(uint8_t family, std::vector<double> parameters,
           const std::vector<std::complex<double>>& b = kV1) {
  return {Domain{}, BaseDistribution(family, std::move(parameters)), b};
}

TEST(GoodnessOfFit, OfADensitysOwnDrawsIsItsEntropy) {
  const Model model = bounded("interval:-1:1");
  std::vector<double> values(100000);
  model.sample(3, 0, values);
  const GoodnessOfFit fit = goodness_of_fit(model, values);
  EXPECT_NEAR(fit.nll, 0.510904430240256, 4 * fit.nll_error);
  EXPECT_GT(fit.nll_error, 0);
  EXPECT_NEAR(fit.bits, fit.nll / std::numbers::ln2, 1e-15);
  EXPECT_LT(fit.ks, 1.63 / std::sqrt(1e5) * 1.2);
  EXPECT_GT(fit.ks_p_value, 0.001);
  ASSERT_EQ(fit.pit.size(), 20U);
  EXPECT_NEAR(std::accumulate(fit.pit.begin(), fit.pit.end(), 0.0), 1, 1e-12);
  for (const double share : fit.pit) {
    EXPECT_NEAR(share, 0.05, 0.005);
  }
}

TEST(GoodnessOfFit, HasTheKolmogorovSmirnovDistanceOfItsDefinition) {
  // cdf values 0.1, 0.2, 0.9: the empirical cdf is 2/3 from 0.2 on.
  const GoodnessOfFit fit =
      goodness_of_fit(bounded("interval:0:1", kUniform), std::vector<double>{0.9, 0.1, 0.2});
  EXPECT_NEAR(fit.ks, 2.0 / 3 - 0.2, 1e-15);
  // Kolmogorov 1933, the alternating series at (sqrt(3) + 0.12 + 0.11 / sqrt(3)) 0.46666...
  EXPECT_NEAR(fit.ks_p_value, 0.4011692697252, 1e-12);
}

TEST(GoodnessOfFit, CountsAWeightAsSoManyValues) {
  const Model model = bounded("interval:0:1");
  const GoodnessOfFit weighted =
      goodness_of_fit(model, std::vector<double>{0.3, 0.8}, std::vector<double>{2, 1});
  const GoodnessOfFit repeated = goodness_of_fit(model, std::vector<double>{0.3, 0.8, 0.3});
  EXPECT_NEAR(weighted.nll, repeated.nll, 1e-15);
  EXPECT_NEAR(weighted.ks, repeated.ks, 1e-15);
  EXPECT_EQ(weighted.pit, repeated.pit);
}

TEST(GoodnessOfFit, RefusesWhatCannotBeScored) {
  const Model model = bounded("interval:0:1");
  const auto refusal = [&](std::vector<double> values, std::vector<double> weights = {}) {
    return error_text(ErrorKind::bad_data, [&] { goodness_of_fit(model, values, weights); });
  };
  EXPECT_THAT(refusal({}), HasSubstr("no values"));
  EXPECT_THAT(refusal({std::nan("")}), HasSubstr("value 0 is nan"));
  EXPECT_THAT(refusal({0.5}, {0}), HasSubstr("all weights are 0"));
  EXPECT_THAT(refusal({0.5}, {-1}), HasSubstr("weight 0 is -1"));
  EXPECT_THAT(refusal({0.5}, {1, 2}), HasSubstr("2 weights"));
}

// Plain sums over a fine grid.
Distances distances_reference(const Model& p, const Model& q, double low, double high) {
  constexpr size_t kPoints = 400000;
  std::vector<double> y(kPoints);
  for (size_t i = 0; i < kPoints; ++i) {
    y[i] = low + (high - low) * (static_cast<double>(i) + 0.5) / kPoints;
  }
  std::vector<double> a(kPoints);
  std::vector<double> b(kPoints);
  Distances result;
  p.cdf(y, a);
  q.cdf(y, b);
  for (size_t i = 0; i < kPoints; ++i) {
    result.wasserstein += std::abs(a[i] - b[i]) * (high - low) / kPoints;
  }
  p.pdf(y, a);
  q.pdf(y, b);
  for (size_t i = 0; i < kPoints; ++i) {
    result.total_variation += std::abs(a[i] - b[i]) * (high - low) / kPoints / 2;
  }
  return result;
}

TEST(Distances, AreTheIntegralsOfTheirDefinition) {
  const std::vector<std::complex<double>> other = {1, {-0.4, -0.1}, {0, -0.2}, 0.05};
  const Model p = bounded("interval:-1:3");
  const Model q = bounded("interval:-1:3", other);
  const Distances found = distances(p, q);
  const Distances expected = distances_reference(p, q, -1, 3);
  EXPECT_NEAR(found.wasserstein, expected.wasserstein, 1e-8);
  EXPECT_NEAR(found.total_variation, expected.total_variation, 1e-8);
  EXPECT_LT(found.error, 1e-9);
}

TEST(Distances, OnTheLineReachTheTails) {
  const Model p = line(1, {0, 1});
  const Model q = line(2, {0.5, 2});
  const Distances found = distances(p, q);
  const Distances expected = distances_reference(p, q, -30, 30);
  EXPECT_NEAR(found.wasserstein, expected.wasserstein, 1e-7);
  EXPECT_NEAR(found.total_variation, expected.total_variation, 1e-7);
}

TEST(Distances, OfAShiftIsTheShift) {
  // Also with tails of y^-2.5: the distance of a shifted density is the shift.
  for (const auto& [family, degrees] : {std::pair<uint8_t, double>{1, 0}, {4, 1.5}, {3, 0}}) {
    std::vector<double> at = {0, 1};
    std::vector<double> moved = {0.25, 1};
    if (family == 4) {
      at.push_back(degrees);
      moved.push_back(degrees);
    }
    const Distances found = distances(line(family, at), line(family, moved));
    EXPECT_NEAR(found.wasserstein, 0.25, 1e-8) << int{family};
  }
}

TEST(Distances, OnACircleTakeTheShorterWay) {
  const Model p = bounded("circular:24");
  const Distances found = distances(p, rotate(p, 1.5));
  EXPECT_LE(found.wasserstein, 1.5 + 1e-9);
  // The distance does not depend on where the circle is cut.
  const Distances turned = distances(rotate(p, 9), rotate(p, 10.5));
  EXPECT_NEAR(found.wasserstein, turned.wasserstein, 1e-8);
  EXPECT_NEAR(found.total_variation, turned.total_variation, 1e-8);
}

TEST(Distances, OfADensityToItselfAreZero) {
  const Model p = line(4, {0, 1, 3});
  EXPECT_EQ(distances(p, p).wasserstein, 0);
  EXPECT_EQ(distances(p, p).total_variation, 0);
}

TEST(Distances, WithoutAMeanAreInfinite) {
  EXPECT_EQ(distances(line(5, {0, 1}), line(5, {0, 2})).wasserstein,
            std::numeric_limits<double>::infinity());
}

TEST(Distances, WithoutAMeanDependOnTheValuesAtTheEnds) {
  const std::vector<double> cauchy = {0, 1};
  const Model p = line(5, cauchy);
  EXPECT_EQ(distances(p, line(5, cauchy, kUniform)).wasserstein,
            std::numeric_limits<double>::infinity());
  EXPECT_EQ(distances(p, p).wasserstein, 0);
  // |1 + iz|^2 and |1 - iz|^2 are equal at z = -1.
  const Distances mirrored =
      distances(line(5, cauchy, {1, {0, 0.5}}), line(5, cauchy, {1, {0, -0.5}}));
  EXPECT_TRUE(std::isfinite(mirrored.wasserstein));
  EXPECT_GT(mirrored.wasserstein, 0);
}

TEST(Distances, OfVeryHeavyTailsComeToAnEnd) {
  const std::vector<double> student = {0, 1, 0.2};
  const Model p = line(4, student);
  const Distances same = distances(p, p);
  EXPECT_EQ(same.wasserstein, 0);
  EXPECT_EQ(same.total_variation, 0);
  const Distances other = distances(p, line(4, student, kUniform));
  EXPECT_EQ(other.wasserstein, std::numeric_limits<double>::infinity());
  EXPECT_GT(other.total_variation, 0);
  EXPECT_LT(other.error, 1e-9);
  const std::vector<double> heaviest = {0, 1, 0.05};
  EXPECT_GT(distances(line(4, heaviest), line(4, heaviest, kUniform)).error, 1e-8)
      << "mass beyond the last panels";
}

TEST(Crps, OfTheHeaviestTailsIsInfinite) {
  const std::vector<double> values = {0.5};
  EXPECT_EQ(crps(line(4, {0, 1, 0.2}), values), std::numeric_limits<double>::infinity());
  EXPECT_EQ(crps(line(4, {0, 1, 0.5}), values), std::numeric_limits<double>::infinity());
  EXPECT_TRUE(std::isfinite(crps(line(4, {0, 1, 0.7}), values)));
  EXPECT_TRUE(std::isfinite(crps(line(5, {0, 1}), values)));
}

TEST(Distances, NeedEqualDomains) {
  EXPECT_THAT(error_text(ErrorKind::bad_option,
                         [] { distances(bounded("interval:0:1"), bounded("interval:0:2")); }),
              HasSubstr("equal domains"));
}

// E|Y - y| - E|Y - Y'| / 2 from draws of quantiles.
double crps_reference(const Model& model, double y) {
  constexpr size_t kPoints = 4000;
  std::vector<double> draws(kPoints);
  for (size_t i = 0; i < kPoints; ++i) {
    draws[i] = (static_cast<double>(i) + 0.5) / kPoints;
  }
  model.quantile(draws, draws);
  double mean = 0;
  double spread = 0;
  for (size_t i = 0; i < kPoints; ++i) {
    mean += std::abs(draws[i] - y) / kPoints;
    // Sorted draws: E|Y - Y'| = 2/n^2 sum (2 i + 1 - n) y_i.
    spread += 2 * (2 * static_cast<double>(i) + 1 - kPoints) * draws[i] / (kPoints * kPoints);
  }
  return mean - spread / 2;
}

TEST(Crps, IsThatOfItsDefinition) {
  for (const Model& model : {bounded("interval:-1:1"), bounded("interval:10:30"),
                             line(1, {0.2, 1.5}), line(2, {-3, 0.1})}) {
    std::vector<double> at = {0.02, 0.3, 0.8};
    model.quantile(at, at);
    double sum = 0;
    for (const double y : at) {
      const double expected = crps_reference(model, y);
      EXPECT_NEAR(crps(model, {&y, 1}), expected, 2e-3 * expected) << y;
      sum += crps(model, {&y, 1});
    }
    EXPECT_NEAR(crps(model, at), sum / 3, 1e-12);
  }
}

TEST(Crps, FarOutIsTheDistance) {
  const Model model = line(2, {0, 1}, kUniform);
  const double y = 1e6;
  // Normal: E|Y - Y'| = 2 / sqrt(pi).
  EXPECT_NEAR(crps(model, {&y, 1}), 1e6 - 1 / std::sqrt(std::numbers::pi), 1e-5);
}

TEST(Crps, OnACircleGoesTheShorterWay) {
  const Model model = bounded("circular:24");
  // By sums over the circle.
  const double y = 23;
  constexpr int kPoints = 2400;
  std::vector<double> at(kPoints);
  for (int i = 0; i < kPoints; ++i) {
    at[static_cast<size_t>(i)] = 24 * (i + 0.5) / kPoints;
  }
  std::vector<double> density(kPoints);
  model.pdf(at, density);
  const auto distance = [](double a, double b) { return std::abs(std::remainder(a - b, 24)); };
  double mean = 0;
  double spread = 0;
  for (size_t i = 0; i < kPoints; ++i) {
    mean += density[i] * distance(at[i], y) * 24 / kPoints;
    for (size_t j = 0; j < kPoints; ++j) {
      spread += density[i] * density[j] * distance(at[i], at[j]) * 24 * 24 / kPoints / kPoints;
    }
  }
  EXPECT_NEAR(crps(model, {&y, 1}), mean - spread / 2, 1e-4);
}

}  // namespace
}  // namespace yonder::density
