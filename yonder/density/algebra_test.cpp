// SPDX-License-Identifier: Apache-2.0
#include "yonder/density/algebra.h"

#include "tests/error_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

namespace yonder::density {
namespace {

using testing::HasSubstr;
using Complex = std::complex<double>;

const std::vector<Complex> kV1 = {1, {0.5, -0.25}, {0, 0.3}};
const std::vector<Complex> kV2 = {1, {-0.4, -0.1}, {0, -0.2}, 0.05};

Model on(const char* domain, const std::vector<Complex>& b = kV1) {
  return {Domain::parse(domain), std::nullopt, b};
}

Model line(uint8_t family, std::vector<double> parameters, const std::vector<Complex>& b = kV1) {
  return {Domain{}, BaseDistribution(family, std::move(parameters)), b};
}

double pdf(const Model& model, double y) {
  double out = 0;
  model.pdf({&y, 1}, {&out, 1});
  return out;
}

void expect_same(const Model& a, const Model& b, double tolerance = 1e-13) {
  ASSERT_EQ(a.order(), b.order());
  for (size_t k = 0; k < a.coefficients().size(); ++k) {
    EXPECT_NEAR(std::abs(a.coefficients()[k] - b.coefficients()[k]), 0, tolerance) << k;
  }
}

TEST(Rotate, MovesTheDensity) {
  const Model model = on("circular:24@-3");
  const Model moved = rotate(model, 5.5);
  for (double y = -3; y < 21; y += 0.7) {
    EXPECT_NEAR(pdf(moved, y + 5.5), pdf(model, y), 1e-15);
  }
}

TEST(Rotate, BackGivesTheModelAgain) {
  const Model model = on("circular:24");
  expect_same(rotate(rotate(model, 7.3), -7.3), model);
  expect_same(rotate(model, 24), model);
  expect_same(rotate(model, 1e6 * 24), model, 1e-9);
}

TEST(Rotate, NeedsACircle) {
  EXPECT_THAT(error_text(ErrorKind::bad_option, [] { rotate(on("interval:0:1"), 0.1); }),
              HasSubstr("a circle"));
}

TEST(Reflect, MirrorsAboutTheMiddle) {
  for (const char* domain : {"circular:24", "interval:2:6", "reflected:2:6"}) {
    const Model model = on(domain, {1, 0.5, -0.2});  // even, as reflected domains are
    const Model skewed = on(domain, domain[0] == 'r' ? std::vector<Complex>{1, 0.5, -0.2} : kV1);
    const Model mirrored = reflect(skewed);
    const double low = model.domain().origin;
    const double high = model.domain().upper();
    for (double t = 0.01; t < 1; t += 0.07) {
      EXPECT_NEAR(pdf(mirrored, low + t * (high - low)), pdf(skewed, high - t * (high - low)),
                  1e-14)
          << domain << ' ' << t;
    }
  }
}

TEST(Reflect, OnTheLineMirrorsAboutTheBase) {
  const Model model = line(1, {0.3, 1.5});
  for (double t = -3; t < 3; t += 0.37) {
    EXPECT_NEAR(pdf(reflect(model), 0.3 + t), pdf(model, 0.3 - t), 1e-14);
  }
  const Model mixed = line(6, {0.5, 0, 1, 0.5, 3, 1});
  EXPECT_THAT(error_text(ErrorKind::bad_option, [&] { reflect(mixed); }),
              HasSubstr("not symmetric"));
}

TEST(Mixture, IsTheWeightedSumOfDensities) {
  const std::vector<Model> models = {on("circular:24"), on("circular:24", kV2),
                                     rotate(on("circular:24"), 3)};
  const std::vector<double> weights = {1, 2, 5};
  const Model mixed = mixture(models, weights);
  EXPECT_EQ(mixed.order(), 3);
  for (double y = 0.1; y < 24; y += 0.7) {
    EXPECT_NEAR(pdf(mixed, y),
                (pdf(models[0], y) + 2 * pdf(models[1], y) + 5 * pdf(models[2], y)) / 8, 1e-13);
  }
  // Refactorisation: the coefficients have the autocorrelation that was asked for.
  for (size_t n = 0; n < mixed.autocorrelation().size(); ++n) {
    Complex expected = 0;
    for (size_t i = 0; i < models.size(); ++i) {
      const auto c = models[i].autocorrelation();
      expected += n < c.size() ? weights[i] / 8 * c[n] : 0;
    }
    EXPECT_NEAR(std::abs(mixed.autocorrelation()[n] - expected), 0, 1e-12);
  }
}

TEST(Mixture, OnTheLineNeedsEqualBases) {
  const std::vector<double> weights = {1, 1};
  const std::vector<Model> equal = {line(1, {0, 1}), line(1, {0, 1}, kV2)};
  EXPECT_NEAR(pdf(mixture(equal, weights), 0.4), (pdf(equal[0], 0.4) + pdf(equal[1], 0.4)) / 2,
              1e-13);
  const std::vector<Model> unequal = {line(1, {0, 1}), line(1, {0, 2})};
  EXPECT_THAT(error_text(ErrorKind::bad_option, [&] { mixture(unequal, weights); }),
              HasSubstr("equal domains and bases"));
  const std::vector<double> negative = {1, -1};
  EXPECT_THAT(error_text(ErrorKind::bad_option, [&] { mixture(equal, negative); }),
              HasSubstr("weight 1 is -1"));
}

TEST(Convolve, IsTheDensityOfASum) {
  const Model model = on("circular:24");
  const Model other = on("circular:24", kV2);
  // E e^{i pi n x} of the other is conj(c_n), its x = 2 y / 24 - 1 shifted so that z = 0 is y = 0.
  std::vector<Complex> kernel;
  for (size_t n = 0; n < other.autocorrelation().size(); ++n) {
    kernel.push_back(std::conj(other.autocorrelation()[n]) * (n % 2 == 0 ? 1.0 : -1.0));
  }
  const Model sum = convolve(model, kernel);
  constexpr int kPoints = 240;
  for (const double y : {0.3, 7.0, 15.5}) {
    double expected = 0;
    for (int i = 0; i < kPoints; ++i) {
      const double z = 24.0 * i / kPoints;
      expected += pdf(other, z) * pdf(model, y - z) * 24 / kPoints;
    }
    EXPECT_NEAR(pdf(sum, y), expected, 1e-13) << y;
  }
}

TEST(Convolve, WithANormalDistributionAddsItsVariance) {
  const Model model = on("circular:24");
  const std::vector<Complex> kernel = wrapped_normal_moments(model.domain(), 2, 2);
  const double t = 2 * std::numbers::pi * 2 / 24;
  EXPECT_NEAR(kernel[1].real(), std::exp(-t * t / 2), 1e-15);
  const Model sum = convolve(model, kernel);
  EXPECT_NEAR(std::abs(sum.autocorrelation()[1]),
              std::abs(model.autocorrelation()[1]) * std::exp(-t * t / 2), 1e-13);
  expect_same(convolve(model, wrapped_normal_moments(model.domain(), 0, 2)), model, 1e-12);
}

TEST(Convolve, RefusesAKernelThatIsNoDistribution) {
  const Model model = on("circular:24");
  const auto refusal = [&](std::vector<Complex> kernel) {
    return error_text(ErrorKind::bad_option, [&] { convolve(model, kernel); });
  };
  EXPECT_THAT(refusal({}), HasSubstr("E 1 = 1"));
  EXPECT_THAT(refusal({0.5}), HasSubstr("E 1 = 1"));
  EXPECT_THAT(refusal({1, 2}), HasSubstr("length of at most 1"));
}

TEST(Product, IsTheNormalisedProduct) {
  const Model p = on("interval:0:5");
  const Model q = on("interval:0:5", kV2);
  const Model both = product(p, q);
  EXPECT_EQ(both.order(), 5);
  const double ratio = pdf(both, 1) / (pdf(p, 1) * pdf(q, 1));
  for (double y = 0.1; y < 5; y += 0.3) {
    EXPECT_NEAR(pdf(both, y), ratio * pdf(p, y) * pdf(q, y), 1e-14);
  }
  EXPECT_THAT(error_text(ErrorKind::bad_option,
                         [] {
                           product(line(1, {0, 1}), line(1, {0, 1}));
                         }),
              HasSubstr("the line"));
}

TEST(Pad, LeavesTheDensityAsItIs) {
  const Model model = on("circular:24");
  const Model padded = pad(model, 7);
  EXPECT_EQ(padded.order(), 7);
  for (double y = 0.1; y < 24; y += 1.3) {
    EXPECT_NEAR(pdf(padded, y), pdf(model, y), 1e-15);
  }
  EXPECT_THAT(error_text(ErrorKind::bad_option, [&] { pad(model, 1); }),
              HasSubstr("2 (the model's)"));
}

TEST(Pad, KeepsTheCertificateOfItsOwnOrderOnly) {
  ModelInfo info;
  info.gap = 1e-9;
  info.nll = 2;
  const Model model(Domain::parse("circular:24"), std::nullopt, kV1, info);
  EXPECT_EQ(pad(model, 2).info().gap, 1e-9);
  EXPECT_EQ(pad(model, 3).info().gap, -1);
  EXPECT_EQ(pad(model, 3).info().nll, 2) << "the density is the same";
}

}  // namespace
}  // namespace yonder::density
