// SPDX-License-Identifier: Apache-2.0
#include "yonder/density/model.h"

#include "yonder/base/random.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <complex>
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
