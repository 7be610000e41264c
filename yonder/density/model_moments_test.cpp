// SPDX-License-Identifier: Apache-2.0
#include "yonder/density/model.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

namespace yonder::density {
namespace {

using Complex = std::complex<double>;

const std::vector<Complex> kV1 = {1, {0.5, -0.25}, {0, 0.3}};

TEST(Moments, AreThoseOfVectorV1AndFollowTheUnits) {
  const Model unit(Domain::parse("interval:-1:1"), std::nullopt, kV1);
  const Moments a = unit.moments();
  EXPECT_NEAR(a.mean.value, 0.11347946031507690, 2e-16);
  EXPECT_NEAR(a.variance.value + a.mean.value * a.mean.value, 0.21051977740322692, 2e-16);
  EXPECT_EQ(a.mean.error, 0);
  const Moments b = Model(Domain::parse("interval:10:50"), std::nullopt, kV1).moments();
  EXPECT_NEAR(b.mean.value, 30 + 20 * a.mean.value, 1e-13);
  EXPECT_NEAR(b.variance.value, 400 * a.variance.value, 1e-12);
  EXPECT_NEAR(b.skewness.value, a.skewness.value, 1e-13);
  EXPECT_NEAR(b.kurtosis.value, a.kurtosis.value, 1e-13);
}

TEST(Moments, OfACircleAreItsAutocorrelation) {
  const Model model(Domain::parse("circular:24"), std::nullopt, kV1);
  const Moments moments = model.moments();
  ASSERT_EQ(moments.circular.size(), 2);
  const Complex expected = std::conj(Complex(0.425, -0.1)) / 1.4025;
  EXPECT_NEAR(std::abs(moments.circular[0] - expected), 0, 1e-15);
  EXPECT_NEAR(moments.resultant_length, std::abs(expected), 1e-15);
  EXPECT_NEAR(moments.direction, 12 * (1 + std::arg(expected) / M_PI), 1e-13);
}

TEST(Moments, OfAReflectedIntervalAreIntegralsOverIt) {
  // 2 p = 1 + 0.8 cos(pi x) on [0, 1]: E x = 1/2 - 1.6 / pi^2.
  const Model model(Domain::parse("reflected:0:1"), std::nullopt, std::vector<Complex>{1, 0.5});
  EXPECT_NEAR(model.moments().mean.value, 0.5 - 1.6 / (M_PI * M_PI), 1e-15);
}

TEST(Moments, OfABaseAloneAreTheKnownOnes) {
  const auto moments = [](const char* name, std::vector<double> parameters) {
    return Model({}, BaseDistribution::named(name, std::move(parameters)), std::vector<Complex>{1})
        .moments();
  };
  const Moments normal = moments("normal", {3, 2});
  EXPECT_NEAR(normal.mean.value, 3, 1e-12);
  EXPECT_NEAR(normal.variance.value, 4, 1e-12);
  EXPECT_NEAR(normal.skewness.value, 0, 1e-12);
  EXPECT_NEAR(normal.kurtosis.value, 3, 1e-11);
  EXPECT_LT(normal.kurtosis.error, 1e-9);
  EXPECT_NEAR(moments("laplace", {3, 2}).kurtosis.value, 6, 1e-11);
  EXPECT_NEAR(moments("logistic", {3, 2}).variance.value, M_PI * M_PI / 3, 1e-11);
  const Moments student = moments("student", {0, 1, 5});
  EXPECT_NEAR(student.variance.value, 5.0 / 3, 1e-10);
  EXPECT_NEAR(student.kurtosis.value, 9, 1e-6);
  EXPECT_LE(std::fabs(student.kurtosis.value - 9), student.kurtosis.error + 1e-9);
}

TEST(Moments, ThatDoNotExistSaySo) {
  const Moments cauchy = Model({}, BaseDistribution::named("cauchy", {0, 1}), kV1).moments();
  EXPECT_FALSE(cauchy.mean.exists);
  EXPECT_TRUE(std::isnan(cauchy.mean.value));
  EXPECT_FALSE(cauchy.variance.exists);
  const Moments student = Model({}, BaseDistribution::named("student", {0, 1, 2.5}), kV1).moments();
  EXPECT_TRUE(student.mean.exists);
  EXPECT_TRUE(student.variance.exists);
  EXPECT_FALSE(student.skewness.exists);
  EXPECT_FALSE(student.kurtosis.exists);
}

}  // namespace
}  // namespace yonder::density
