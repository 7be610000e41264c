// SPDX-License-Identifier: Apache-2.0
// Value, gradient and Hessian against the plain formula and its complex steps.
#include "yonder/density/internal/likelihood.h"

#include "yonder/density/internal/likelihood_reference.h"

#include <gtest/gtest.h>

#include <vector>

namespace yonder::density::internal {
namespace {

Coefficients real_part(const Coefficients& b) { return b.real().cast<std::complex<double>>(); }

double reference_value(const Sample& sample, const Coefficients& b, double gamma) {
  std::vector<double> u, v;
  for (const std::complex<double>& value : b) {
    u.push_back(value.real());
    v.push_back(value.imag());
  }
  return likelihood_reference(sample, u, v, gamma);
}

struct Case {
  bool even;
  double gamma;
};

class LikelihoodOf : public testing::TestWithParam<Case> {
 protected:
  LikelihoodOf() : sample(peaks(5, 50, 1)), b(random_start(9, 2)) {
    sample.even = GetParam().even;
    if (sample.even) {
      b = real_part(b);
    }
  }
  Sample sample;
  Coefficients b;
};

TEST_P(LikelihoodOf, ValueIsTheFormulas) {
  Likelihood likelihood(sample, 9, GetParam().gamma, 1);
  EXPECT_NEAR(likelihood.value(b), reference_value(sample, b, GetParam().gamma), 1e-12);
}

TEST_P(LikelihoodOf, GradientIsTheComplexSteps) {
  Likelihood likelihood(sample, 9, GetParam().gamma, 1);
  Coefficients g;
  const double value = likelihood.gradient(b, g);
  EXPECT_EQ(value, likelihood.value(b));
  Coefficients expected = gradient_reference(sample, b, GetParam().gamma);
  if (sample.even) {
    expected = real_part(expected);
  }
  EXPECT_LT((g - expected).norm(), 1e-10 * (1 + expected.norm()));
}

TEST_P(LikelihoodOf, HessianIsTheChangeOfTheGradient) {
  Likelihood likelihood(sample, 9, GetParam().gamma, 1);
  Coefficients d = random_start(9, 3);
  if (sample.even) {
    d = real_part(d);
  }
  Coefficients g;
  likelihood.curvature(b, g);
  const Coefficients product = likelihood.product(d);
  constexpr double kStep = 1e-4;  // fourth-order differences
  const auto gradient_at = [&](double t) {
    Coefficients out;
    likelihood.gradient(b + t * d, out);
    return out;
  };
  const Coefficients expected = (8 * (gradient_at(kStep) - gradient_at(-kStep)) -
                                 (gradient_at(2 * kStep) - gradient_at(-2 * kStep))) /
                                (12 * kStep);
  EXPECT_LT((product - expected).norm(), 1e-6 * (1 + expected.norm()));
}

TEST_P(LikelihoodOf, ScaleAndPhaseDoNotMatter) {
  Likelihood likelihood(sample, 9, GetParam().gamma, 1);
  const std::complex<double> factor = sample.even ? -2.5 : std::complex<double>(1.5, -2);
  EXPECT_NEAR(likelihood.value(b), likelihood.value(factor * b), 1e-12);
}

INSTANTIATE_TEST_SUITE_P(AllKinds, LikelihoodOf,
                         testing::Values(Case{false, 0}, Case{false, 0.01}, Case{true, 0},
                                         Case{true, 0.01}));

TEST(Likelihood, DoesNotDependOnTheNumberOfThreads) {
  const Sample sample = peaks(5, 100'000, 1);
  const Coefficients b = Coefficients::Unit(51, 0) + 0.01 * random_start(50, 2);
  Coefficients expected_g, g;
  const double expected = Likelihood(sample, 50, 0, 1).gradient(b, expected_g);
  for (const int threads : {2, 3}) {
    EXPECT_EQ(Likelihood(sample, 50, 0, threads).gradient(b, g), expected);
    EXPECT_EQ(g, expected_g);
  }
}

TEST(CircleGrid, ValuesAndCoefficientsAreInverses) {
  CircleGrid grid(23);
  EXPECT_EQ(grid.size(), 24);
  const Coefficients b = random_start(9, 4);
  const Coefficients values = grid.values(b);
  EXPECT_LT(
      std::abs(values[6] -
               (b.array() * Eigen::ArrayXcd::NullaryExpr(
                                10, [](auto k) { return std::pow(std::complex<double>(0, 1), k); }))
                   .sum()),
      1e-13);
  EXPECT_LT((grid.coefficients(values).head(10) - b).norm(), 1e-14);
}

}  // namespace
}  // namespace yonder::density::internal
