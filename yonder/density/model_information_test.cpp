// SPDX-License-Identifier: Apache-2.0
#include "tests/error_text.h"
#include "yonder/base/random.h"
#include "yonder/density/model.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <vector>

namespace yonder::density {
namespace {

using testing::HasSubstr;
using Complex = std::complex<double>;

std::vector<Complex> random_coefficients(uint64_t seed, size_t order) {
  Rng rng(seed);
  std::vector<Complex> b = {2};
  for (size_t k = 1; k <= order; ++k) {
    b.push_back(Complex(rng.normal(), rng.normal()) / static_cast<double>(order));
  }
  return b;
}

/// The mean of ln(q / other) under q by the rule of rectangles, which is exact on a circle but for
/// terms that decay geometrically; without `other`: of ln q.
double mean_log(const Model& q, const Model* other) {
  constexpr size_t kPoints = 20000;
  std::vector<double> y(kPoints);
  for (size_t i = 0; i < kPoints; ++i) {
    y[i] = q.domain().origin + q.domain().length * (static_cast<double>(i) + 0.5) / kPoints;
  }
  std::vector<double> log_q(kPoints);
  std::vector<double> log_other(kPoints);
  q.logpdf(y, log_q);
  if (other != nullptr) {
    other->logpdf(y, log_other);
  }
  double sum = 0;
  for (size_t i = 0; i < kPoints; ++i) {
    sum += std::exp(log_q[i]) * (log_q[i] - log_other[i]);
  }
  return sum * q.domain().length / kPoints;
}

TEST(Information, IsThatOfARuleOfRectangles) {
  for (const char* text : {"circular:24", "interval:-1:3", "reflected:0:2"}) {
    const Domain domain = Domain::parse(text);
    const Model p(domain, std::nullopt, random_coefficients(1, 12));
    const Model q(domain, std::nullopt, random_coefficients(2, 5));
    EXPECT_NEAR(p.entropy(), -mean_log(p, nullptr), 1e-12) << text;
    EXPECT_NEAR(p.kl(q), mean_log(p, &q), 1e-12) << text;
    EXPECT_NEAR(q.kl(p), mean_log(q, &p), 1e-12) << text;
    EXPECT_NEAR(p.cross_entropy(q), p.entropy() + p.kl(q), 1e-15) << text;
    EXPECT_NEAR(p.kl(p), 0, 1e-15) << text;
  }
}

TEST(Information, OfABaseAloneIsTheKnownOne) {
  const std::vector<Complex> one = {1};
  const auto entropy = [&](const char* name, std::vector<double> parameters) {
    return Model({}, BaseDistribution::named(name, std::move(parameters)), one).entropy();
  };
  EXPECT_NEAR(entropy("normal", {3, 2}), 0.5 * std::log(2 * M_PI * M_E) + std::log(2), 1e-13);
  EXPECT_NEAR(entropy("laplace", {3, 2}), 1 + std::log(4), 1e-13);
  EXPECT_NEAR(entropy("cauchy", {3, 2}), std::log(8 * M_PI), 1e-13);
  EXPECT_NEAR(entropy("logistic", {3, 2}), 2, 1e-13);  // 2 + ln(scale), scale = s / 2
}

TEST(Information, OfVeryHeavyTailsIsFinite) {
  const std::vector<Complex> one = {1};
  for (const double nu : {0.05, 0.2, 0.3, 0.5, 1.0, 2.0}) {
    const Model model({}, BaseDistribution::named("student", {0, 1, nu}), one);
    // (nu + 1) / 2 (psi((nu + 1) / 2) - psi(nu / 2)) + ln(sqrt(nu) B(nu / 2, 1 / 2))
    const auto digamma = [](double a) {
      double sum = 0;
      for (; a < 20; a += 1) {
        sum -= 1 / a;
      }
      const double r = 1 / (a * a);
      return sum + std::log(a) - 0.5 / a - r * (1.0 / 12 - r * (1.0 / 120 - r / 252));
    };
    const double log_beta = std::lgamma(nu / 2) + std::lgamma(0.5) - std::lgamma(nu / 2 + 0.5);
    const double entropy =
        (nu + 1) / 2 * (digamma((nu + 1) / 2) - digamma(nu / 2)) + std::log(nu) / 2 + log_beta;
    EXPECT_NEAR(model.entropy(), entropy, 1e-10) << nu;
    const Model wide({}, BaseDistribution::named("student", {0, 2, nu}), one);
    EXPECT_GT(model.kl(wide), 0) << nu;
    EXPECT_LT(model.kl(wide), std::log(2)) << nu;
  }
}

TEST(Information, BetweenBasesIsAQuadrature) {
  const std::vector<Complex> one = {1};
  const Model p({}, BaseDistribution::named("normal", {0, 1}), one);
  const Model q({}, BaseDistribution::named("normal", {1, 2}), one);
  EXPECT_NEAR(p.kl(q), std::log(2) + 2.0 / 8 - 0.5, 1e-12);
  // The same density on another base: |A|^2 = 1 on both.
  const Model heavy({}, BaseDistribution::named("cauchy", {0, 1}), one);
  EXPECT_GT(p.kl(heavy), 0);
  EXPECT_EQ(heavy.kl(p), std::numeric_limits<double>::infinity());
}

TEST(Information, BetweenBasesWithoutAMeanIsFinite) {
  const std::vector<Complex> one = {1};
  const Model p({}, BaseDistribution::named("cauchy", {0, 1}), one);
  const Model q({}, BaseDistribution::named("cauchy", {0, 2}), one);
  EXPECT_NEAR(p.kl(q), std::log(9.0 / 8), 1e-12);  // ln((s + r)^2 / (4 s r))
  EXPECT_NEAR(q.kl(p), std::log(9.0 / 8), 1e-12);
}

TEST(Information, IsTheMeanOverSamples) {
  const Model model({}, BaseDistribution::named("student", {1, 2, 4}), random_coefficients(3, 8));
  constexpr size_t kSamples = 100000;
  std::vector<double> y(kSamples);
  model.sample(1, 0, y);
  model.logpdf(y, y);
  double sum = 0;
  double square = 0;
  for (const double value : y) {
    sum += value;
    square += value * value;
  }
  const double mean = sum / kSamples;
  const double error = std::sqrt((square / kSamples - mean * mean) / kSamples);
  EXPECT_NEAR(-mean, model.entropy(), 4 * error);
}

TEST(Information, NeedsEqualDomains) {
  const Model a(Domain::parse("circular:24"), std::nullopt, std::vector<Complex>{1});
  const Model b(Domain::parse("circular:12"), std::nullopt, std::vector<Complex>{1});
  EXPECT_THAT(error_text(ErrorKind::bad_option, [&] { a.kl(b); }),
              HasSubstr("circular:24 and one on circular:12; the domains must be equal"));
}

}  // namespace
}  // namespace yonder::density
