// SPDX-License-Identifier: Apache-2.0
// Statistics of a million draws, and the modes of fits to mixtures whose modes are known.
#include "yonder/base/random.h"
#include "yonder/density/fit.h"
#include "yonder/density/model.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <complex>
#include <vector>

namespace yonder::density {
namespace {

using Complex = std::complex<double>;

std::vector<Complex> random_coefficients(uint64_t seed, size_t order) {
  Rng rng(seed);
  std::vector<Complex> b = {1};
  for (size_t k = 1; k <= order; ++k) {
    b.push_back(Complex(rng.normal(), rng.normal()) / std::sqrt(static_cast<double>(order)));
  }
  return b;
}

std::vector<Model> all_models() {
  std::vector<Model> models;
  for (const size_t order : {0, 14, 75}) {
    const std::vector<Complex> b = random_coefficients(order + 1, order);
    models.emplace_back(Domain::parse("circular:24"), std::nullopt, b);
    models.emplace_back(Domain::parse("reflected:-1:4"), std::nullopt, b);
    models.emplace_back(Domain(), BaseDistribution::named("logistic", {1, 2}), b);
    models.emplace_back(Domain(), BaseDistribution::named("normal", {1, 2}), b);
    models.emplace_back(Domain(), BaseDistribution::named("cauchy", {1, 2}), b);
  }
  return models;
}

TEST(ModelSlow, MillionDrawsPassKolmogorovAndSmirnov) {
  constexpr size_t kDraws = 1000000;
  uint64_t seed = 100;
  for (const Model& model : all_models()) {
    std::vector<double> u(kDraws);
    model.sample(++seed, 0, u);
    model.cdf(u, u);
    std::sort(u.begin(), u.end());
    double ks = 0;
    for (size_t i = 0; i < kDraws; ++i) {
      ks = std::max(
          {ks, u[i] - static_cast<double>(i) / kDraws, static_cast<double>(i + 1) / kDraws - u[i]});
    }
    EXPECT_LT(ks, 1.63 / std::sqrt(static_cast<double>(kDraws)) * 1.2) << model.text();
  }
}

TEST(ModelSlow, MeanLogDensityOfAMillionDrawsIsTheEntropy) {
  constexpr size_t kDraws = 1000000;
  uint64_t seed = 200;
  for (const Model& model : all_models()) {
    std::vector<double> y(kDraws);
    model.sample(++seed, 0, y);
    model.logpdf(y, y);
    double sum = 0;
    double square = 0;
    for (const double value : y) {
      sum += value;
      square += value * value;
    }
    const double mean = sum / kDraws;
    const double variance = std::max(0.0, square / kDraws - mean * mean);
    EXPECT_NEAR(-mean, model.entropy(), 4 * std::sqrt(variance / kDraws) + 1e-10) << model.text();
  }
}

struct Component {
  double mean;
  double deviation;
  double weight;
};

std::vector<double> draw(const std::vector<Component>& mixture, size_t count, uint64_t seed) {
  double total = 0;
  for (const Component& c : mixture) {
    total += c.weight;
  }
  Rng rng(seed);
  std::vector<double> values(count);
  for (double& value : values) {
    double left = rng.uniform() * total;
    size_t k = 0;
    while (k + 1 < mixture.size() && left >= mixture[k].weight) {
      left -= mixture[k++].weight;
    }
    value = mixture[k].mean + mixture[k].deviation * rng.normal();
  }
  return values;
}

/// The maxima of prominence >= 5 % are the components, each within one deviation.
void expect_components(const std::vector<Component>& mixture, const char* order) {
  const Model model = fit(draw(mixture, 20000, 1), {}, {.domain = "interval:-1:1", .order = order});
  std::vector<Mode> maxima;
  for (const Mode& mode : model.modes(0.05)) {
    if (mode.maximum) {
      maxima.push_back(mode);
    }
  }
  ASSERT_EQ(maxima.size(), mixture.size()) << order;
  for (size_t i = 0; i < maxima.size(); ++i) {
    EXPECT_NEAR(maxima[i].location, mixture[i].mean, mixture[i].deviation) << order;
  }
}

TEST(ModelSlow, FindsTheFiveModesOfAMixtureOfFive) {
  const std::vector<Component> mixture = {
      {-0.7, 0.05, 1}, {-0.35, 0.05, 2}, {0, 0.05, 3}, {0.35, 0.05, 2}, {0.7, 0.05, 1}};
  for (const char* order : {"7", "11", "14", "21", "28"}) {
    expect_components(mixture, order);
  }
}

TEST(ModelSlow, FindsTheModesOfAMixtureOfTwentyFive) {
  std::vector<Component> mixture;
  for (int j = 0; j < 25; ++j) {
    mixture.push_back({-0.84 + 0.07 * j, 0.012, 1.0 + j % 3});
  }
  for (const char* order : {"37", "50", "75"}) {
    expect_components(mixture, order);
  }
}

}  // namespace
}  // namespace yonder::density
