// SPDX-License-Identifier: Apache-2.0
#include "yonder/density/model.h"

#include "tests/error_text.h"
#include "yonder/base/random.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <complex>
#include <limits>
#include <vector>

namespace yonder::density {
namespace {

using Complex = std::complex<double>;

/// V1 of the specification: a = (1, 1/2 + i/4, -0.3 i), b = conj(a).
const std::vector<Complex> kV1 = {1, {0.5, -0.25}, {0, 0.3}};

Model v1(Domain domain = {DomainKind::interval, -1, 2}) { return Model(domain, std::nullopt, kV1); }

std::vector<double> apply(void (Model::*f)(std::span<const double>, std::span<double>) const,
                          const Model& model, std::vector<double> in) {
  std::vector<double> out(in.size());
  (model.*f)(in, out);
  return out;
}

void expect_near(const std::vector<double>& found, const std::vector<double>& expected,
                 double tolerance) {
  ASSERT_EQ(found.size(), expected.size());
  for (size_t i = 0; i < found.size(); ++i) {
    EXPECT_NEAR(found[i], expected[i], tolerance) << "at " << i;
  }
}

TEST(Model, HasTheDensitiesOfVectorV1) {
  expect_near(apply(&Model::pdf, v1(), {-1, -.75, -.25, 0, .1, .5, .9, 1}),
              {0.19696969696969696, 0.02140387870022289, 0.87776092968672252, 0.80303030303030303,
               0.68450277588249052, 0.57130124777183609, 0.35956381868078178, 0.19696969696969696},
              3e-16);
}

// At 0.1 the specification has 0.52902425686255396; 30 digits give 0.529024256862395469828
// (docs/math/density.md, errata).
TEST(Model, HasTheMassesOfVectorV1) {
  expect_near(apply(&Model::cdf, v1(), {-1, -.75, -.25, 0, .1, .5, .9, 1}),
              {0, 0.016102907498244154, 0.23400606913257193, 0.45460821587396927,
               0.52902425686239547, 0.75567397301575390, 0.97219440894171993, 1},
              3e-16);
}

TEST(Model, HasTheQuantilesOfVectorV1) {
  expect_near(apply(&Model::quantile, v1(), {0, .01, .25, .5, .9, .999, 1}),
              {-1, -0.9317404301796434, -0.2319221959449122, 0.0590531710660188, 0.7454441158712382,
               0.9950220150379531, 1},
              5e-16);
}

TEST(Model, HasTheDensitiesOfVectorV3OnTheLine) {
  const Model model({}, BaseDistribution(1, {0.2, 1.5}), kV1);
  expect_near(apply(&Model::logpdf, model, {-3, 0, .2, 2, 10, 40}),
              {-5.178519469594791, -0.521301001747325, -0.624827936582468, -2.373656327120837,
               -13.710513361602697, -53.710542798219834},
              2e-14);
  expect_near(apply(&Model::cdf, model, {-3, 0, 2}),
              {0.004861615916533625, 0.34011815577961385, 0.9449800686523624}, 3e-16);
}

TEST(Model, IsStoredByMinimalPhaseCoefficients) {
  // The root of 1 + 2 z lies inside; reflected in the circle it is that of 2 + z.
  const Model model({DomainKind::circular, 0, 1}, std::nullopt, std::vector<Complex>{1, 2});
  EXPECT_NEAR(model.coefficients()[0].real(), 2 / std::sqrt(5), 1e-15);
  EXPECT_NEAR(model.coefficients()[1].real(), 1 / std::sqrt(5), 1e-15);
}

TEST(Model, QuantileUndoesCdf) {
  const Model model = v1();
  Rng rng(1);
  for (int i = 0; i < 10000; ++i) {
    const double u = rng.uniform();
    const std::vector<double> x = apply(&Model::quantile, model, {u});
    const std::vector<double> p = apply(&Model::pdf, model, x);
    EXPECT_NEAR(apply(&Model::cdf, model, x)[0], u, 4e-16 * (1 + 1 / p[0]));
  }
}

TEST(Model, SavesWhatItLoadedAsTheSameBytes) {
  const Model model({}, BaseDistribution(4, {0.2, 1.5, 3}), kV1,
                    {.samples = 7, .column = "amp", .yonder_version = {}});
  const std::string bytes = model.to_bytes();
  EXPECT_EQ(Model::from_bytes(bytes, "m").to_bytes(), bytes);
  EXPECT_EQ(Model::from_json(model.to_json(), "m").to_bytes(), bytes);
}

TEST(Model, HasTheMomentsOfVectorV1) {
  const Moments moments = v1().moments();
  EXPECT_NEAR(moments.mean.value, 0.11347946031507690, 2e-16);
  EXPECT_NEAR(moments.variance.value, 0.21051977740322692 - std::pow(0.11347946031507690, 2),
              2e-16);
}

TEST(Model, HasTheEntropyOfVectorV1) { EXPECT_NEAR(v1().entropy(), 0.510904430240256, 1e-15); }

TEST(Model, HasTheDivergenceOfVectorV2) {
  const Model other({DomainKind::interval, -1, 2}, std::nullopt,
                    std::vector<Complex>{1, {-0.4, -0.1}, {0, -0.2}, 0.05});
  EXPECT_NEAR(v1().kl(other), 0.7057648838105094, 1e-14);
}

TEST(Model, HasTheModesOfVectorV1) {
  const std::vector<Mode> modes = v1().modes();
  ASSERT_EQ(modes.size(), 4);
  const double locations[] = {-0.796603965395321, -0.1668770914168829, 0.3412214583157395,
                              0.6222595984964645};
  for (size_t i = 0; i < 4; ++i) {
    EXPECT_NEAR(modes[i].location, locations[i], 1e-14);
    EXPECT_EQ(modes[i].maximum, i % 2 == 1);
  }
  EXPECT_NEAR(modes[1].density, 0.912027603855024, 1e-15);
  EXPECT_NEAR(modes[3].density, 0.601182245762274, 1e-15);
  EXPECT_NEAR(modes[3].prominence, (modes[3].density - modes[2].density) / modes[1].density, 1e-15);
  EXPECT_NEAR(modes[1].prominence, 1 - modes[0].density / modes[1].density, 1e-15);
}

TEST(Model, HasTheModesOfVectorV3OnTheLine) {
  const Model model({}, BaseDistribution(1, {0, 1}), kV1);
  std::vector<Mode> maxima;
  for (const Mode& mode : model.modes()) {
    if (mode.maximum) {
      maxima.push_back(mode);
    }
  }
  ASSERT_EQ(maxima.size(), 2);
  EXPECT_NEAR(maxima[0].location, -1.62800788, 5e-9);
  EXPECT_NEAR(maxima[1].location, -0.13991177, 5e-9);
}

TEST(Model, DrawsTheSameNumbersForAnySplit) {
  const Model model({}, BaseDistribution::named("normal", {0, 1}), kV1);
  std::vector<double> whole(1000);
  model.sample(9, 17, whole);
  for (const size_t cut : {1, 2, 3, 256, 257, 999}) {
    std::vector<double> parts(1000);
    model.sample(9, 17, std::span(parts).first(cut));
    model.sample(9, 17 + cut, std::span(parts).subspan(cut));
    EXPECT_EQ(parts, whole) << cut;
  }
}

TEST(Model, IsTheSameForAnyFactorOfItsCoefficients) {
  std::vector<Complex> scaled = kV1;
  for (Complex& value : scaled) {
    value *= Complex(-7, 1e5);
  }
  const Domain unit = {DomainKind::interval, -1, 2};
  const std::vector<double> y = {-0.99, -0.3, 0.2, 0.77};
  expect_near(apply(&Model::logpdf, Model(unit, std::nullopt, scaled), y),
              apply(&Model::logpdf, v1(), y), 2e-15);
}

TEST(Model, IntegratesToOne) {
  Rng rng(2);
  for (const size_t order : {1, 14, 75, 200}) {
    std::vector<Complex> b;
    for (size_t k = 0; k <= order; ++k) {
      b.emplace_back(rng.normal(), rng.normal());
    }
    const Model model(Domain::parse("circular:24"), std::nullopt, b);
    // The rule of rectangles is exact for a polynomial of degree N.
    const size_t points = 4 * order + 1;
    std::vector<double> y(points);
    for (size_t i = 0; i < points; ++i) {
      y[i] = 24 * static_cast<double>(i) / static_cast<double>(points);
    }
    model.pdf(y, y);
    double sum = 0;
    for (const double value : y) {
      sum += value;
    }
    EXPECT_NEAR(sum * 24 / static_cast<double>(points), 1, 1e-14) << order;
  }
}

TEST(Model, NeverHasANegativeDensity) {
  // Double zeros at random places, where cosine sums go negative.
  Rng rng(3);
  for (int trial = 0; trial < 100; ++trial) {
    std::vector<Complex> b = {1};
    std::vector<double> zeros;
    for (int i = 0; i < 8; ++i) {
      zeros.push_back(2 * rng.uniform() - 1);
      b.push_back(0);
      for (size_t k = b.size() - 1; k > 0; --k) {
        b[k] -= b[k - 1] * std::polar(1.0, -M_PI * zeros.back());
      }
    }
    const Model model({DomainKind::interval, -1, 2}, std::nullopt, b);
    for (const double value : apply(&Model::pdf, model, zeros)) {
      EXPECT_GE(value, 0);
      EXPECT_LT(value, 1e-20);
    }
  }
}

TEST(Model, HasLogTailsBeyondUnderflow) {
  const Model model({}, BaseDistribution::named("normal", {0, 1}), kV1);
  // ln Q(50) of a standard normal is -1254.831360961; both ends have p = 0.19696969696969696.
  const double shift = std::log(2 * 0.19696969696969696);
  expect_near(apply(&Model::logcdf, model, {-50}), {-1254.8313611394194 + shift}, 1e-9);
  expect_near(apply(&Model::logsf, model, {50}), {-1254.8313611394194 + shift}, 1e-9);
  // The two formulas meet.
  const std::vector<double> near = apply(&Model::logcdf, model, {-36.5, -36.4, -36.3, -36.2});
  EXPECT_NEAR(near[0] - 2 * near[1] + near[2], near[1] - 2 * near[2] + near[3], 1e-3);
}

TEST(Model, AgreesWithItselfBetweenMassesAndTheirLogarithms) {
  const Model model({}, BaseDistribution::named("cauchy", {0, 1}), kV1);
  const std::vector<double> y = {-1e9, -30, -1, 0, 0.4, 7, 1e6};
  const std::vector<double> lower = apply(&Model::cdf, model, y);
  const std::vector<double> upper = apply(&Model::sf, model, y);
  const std::vector<double> log_lower = apply(&Model::logcdf, model, y);
  const std::vector<double> log_upper = apply(&Model::logsf, model, y);
  for (size_t i = 0; i < y.size(); ++i) {
    EXPECT_NEAR(lower[i] + upper[i], 1, 2e-16);
    EXPECT_NEAR(std::exp(log_lower[i]), lower[i], 4e-15 * lower[i]);
    EXPECT_NEAR(std::exp(log_upper[i]), upper[i], 4e-15 * upper[i]);
  }
}

TEST(Model, HasNoDensityOutsideAnInterval) {
  const Model model = v1();
  expect_near(apply(&Model::pdf, model, {-1.5, 1.5}), {0, 0}, 0);
  expect_near(apply(&Model::cdf, model, {-1.5, 1.5}), {0, 1}, 0);
  expect_near(apply(&Model::sf, model, {-1.5, 1.5}), {1, 0}, 0);
  EXPECT_EQ(apply(&Model::logpdf, model, {3})[0], -std::numeric_limits<double>::infinity());
}

TEST(Model, FoldsAnyDensityOnAReflectedInterval) {
  const Model folded(Domain::parse("reflected:0:1"), std::nullopt, kV1);
  const std::vector<double> y = {0, 0.2, 0.55, 1};
  const std::vector<double> right = apply(&Model::pdf, v1(), y);
  const std::vector<double> left = apply(&Model::pdf, v1(), {0, -0.2, -0.55, -1});
  const std::vector<double> found = apply(&Model::pdf, folded, y);
  for (size_t i = 0; i < y.size(); ++i) {
    EXPECT_NEAR(found[i], left[i] + right[i], 2e-15);
  }
  expect_near(apply(&Model::quantile, folded, {0, 1}), {0, 1}, 0);
}

TEST(Model, GivesInfinityForTheEndsOfTheLine) {
  const Model model({}, BaseDistribution::named("normal", {0, 1}), kV1);
  const double infinity = std::numeric_limits<double>::infinity();
  EXPECT_EQ(apply(&Model::quantile, model, {0, 1}), (std::vector<double>{-infinity, infinity}));
  EXPECT_EQ(apply(&Model::cdf, model, {-infinity, infinity}), (std::vector<double>{0, 1}));
  EXPECT_EQ(apply(&Model::pdf, model, {-infinity, infinity}), (std::vector<double>{0, 0}));
}

TEST(Model, NamesWhatItCannotEvaluate) {
  using testing::HasSubstr;
  const Model model = v1();
  EXPECT_THAT(error_text(ErrorKind::bad_data,
                         [&] {
                           apply(&Model::quantile, model, {0.5, 1.25});
                         }),
              HasSubstr("probability 2 is 1.25"));
  EXPECT_THAT(error_text(ErrorKind::bad_data,
                         [&] {
                           apply(&Model::pdf, model, {0, NAN});
                         }),
              HasSubstr("value 2 is not a number"));
  EXPECT_THAT(error_text(ErrorKind::bad_data,
                         [&] { apply(&Model::cdf, v1(Domain::parse("circular:1")), {INFINITY}); }),
              HasSubstr("must be finite"));
  EXPECT_THAT(error_text(ErrorKind::bad_data, [] { Model({}, std::nullopt, kV1); }),
              HasSubstr("needs a base"));
  EXPECT_THAT(error_text(ErrorKind::bad_data,
                         [] {
                           Model::from_autocorrelation(Domain::parse("circular:1"), std::nullopt,
                                                       std::vector<Complex>{1, 0.7});
                         }),
              HasSubstr(">= 0 everywhere"));
}

TEST(Model, CountsItsParameters) {
  EXPECT_EQ(v1().parameter_count(), 4);
  EXPECT_EQ(v1(Domain::parse("reflected:0:1")).parameter_count(), 2);
  EXPECT_EQ(Model({}, BaseDistribution::named("student", {0, 1, 3}), kV1).parameter_count(), 7);
  EXPECT_EQ(v1(Domain::parse("circular:24")).text(), "Fourier density of order 2 on circular:24");
}

TEST(Model, SamplesFollowTheDensity) {
  const Model model = v1();
  std::vector<double> x(100000);
  model.sample(7, 0, x);
  std::sort(x.begin(), x.end());
  std::vector<double> u(x.size());
  model.cdf(x, u);
  double ks = 0;
  for (size_t i = 0; i < u.size(); ++i) {
    ks = std::max(ks,
                  std::fabs(u[i] - (static_cast<double>(i) + 0.5) / static_cast<double>(u.size())));
  }
  EXPECT_LT(ks, 1.63 / std::sqrt(static_cast<double>(u.size())));
}

}  // namespace
}  // namespace yonder::density
