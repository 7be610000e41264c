// SPDX-License-Identifier: Apache-2.0
// Against density::Model with the same coefficients, and against finite differences.
#include "yonder/nn/fourier_head.h"

#include "yonder/base/error.h"
#include "yonder/density/base_distribution.h"
#include "yonder/density/entropy_coder.h"
#include "yonder/density/model.h"
#include "yonder/nn/fourier_base.h"
#include "yonder/nn/random_tensor.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <complex>
#include <functional>
#include <limits>
#include <optional>
#include <string>
#include <vector>

namespace yonder::nn {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
using Complex = std::complex<double>;

at::Tensor column(const std::vector<double>& values) { return at::tensor(values, at::kDouble); }

// V1 of the specification: a = (1, 0.5+0.25i, -0.3i), b = a*.
at::Tensor example() { return at::complex(column({1, 0.5, 0}), column({0, -0.25, 0.3})); }

struct Case {
  std::string name, domain, base;
  double location, scale;
  std::vector<double> values;
};

const std::vector<Case>& cases() {
  static const std::vector<Case> all = {
      {"circle", "circular:24@-3", "", 0, 1, {-3, -2.9, 0, 7.5, 20.9, 30}},
      {"interval", "interval:-1:1", "", 0, 1, {-1, -0.75, -0.25, 0, 0.1, 0.5, 0.9, 1}},
      {"reflected", "reflected:2:5", "", 0, 1, {2, 2.1, 3, 4.99, 5}},
      {"logistic", "line", "logistic", 0.2, 1.5, {-30, -3, 0, 0.2, 2, 10, 40}},
      {"normal", "line", "normal", 0.2, 1.5, {-12, -3, 0, 0.2, 2, 10, 40}},
      {"laplace", "line", "laplace", -0.2, 0.5, {-12, -3, 0, -0.2, 2, 10, 40}},
      {"cauchy", "line", "cauchy", 0.2, 1.5, {-1e6, -3, 0, 0.2, 2, 10, 4000}},
  };
  return all;
}

class EveryDomain : public testing::TestWithParam<Case> {
 protected:
  FourierDensity head(const at::Tensor& b) const {
    const Case& c = GetParam();
    FourierDensity q{density::Domain::parse(c.domain), c.base, b, {}, {}};
    if (!c.base.empty()) {
      q.location = at::tensor(c.location, at::kDouble);
      q.scale = at::tensor(c.scale, at::kDouble);
    }
    return q;
  }
  density::Model model(const at::Tensor& b) const {
    const Case& c = GetParam();
    std::vector<Complex> coefficients;
    for (int64_t k = 0; k < b.size(0); ++k) {
      const double imaginary = at::imag(b[k]).item<double>();
      coefficients.emplace_back(at::real(b[k]).item<double>(),
                                c.name == "reflected" ? 0 : imaginary);
    }
    std::optional<density::BaseDistribution> base;
    if (!c.base.empty()) {
      base = density::BaseDistribution::named(c.base, {c.location, c.scale});
    }
    return {density::Domain::parse(c.domain), base, coefficients};
  }
};
INSTANTIATE_TEST_SUITE_P(Head, EveryDomain, testing::ValuesIn(cases()),
                         [](const auto& tested) { return tested.param.name; });

TEST_P(EveryDomain, HasTheDensityOfTheModel) {
  std::vector<double> expected(GetParam().values.size());
  model(example()).logpdf(GetParam().values, expected);
  const at::Tensor found = log_density(head(example()), column(GetParam().values));
  for (size_t i = 0; i < expected.size(); ++i) {
    const double tolerance = 1e-12 * std::max(1.0, std::abs(expected[i]));
    EXPECT_NEAR(found[static_cast<int64_t>(i)].item<double>(), expected[i], tolerance);
  }
}

TEST_P(EveryDomain, HasTheCdfOfTheModel) {
  std::vector<double> expected(GetParam().values.size());
  model(example()).cdf(GetParam().values, expected);
  const at::Tensor found = cdf(head(example()), column(GetParam().values));
  for (size_t i = 0; i < expected.size(); ++i) {
    EXPECT_NEAR(found[static_cast<int64_t>(i)].item<double>(), expected[i],
                2e-13 * expected[i] + 1e-300)
        << GetParam().values[i];
  }
}

TEST_P(EveryDomain, HasTheQuantilesOfTheModel) {
  const std::vector<double> u = {1e-9, 0.01, 0.25, 0.5, 0.9, 0.999, 1 - 1e-9};
  std::vector<double> expected(u.size());
  model(example()).quantile(u, expected);
  const at::Tensor found = quantile(head(example()), column(u));
  for (size_t i = 0; i < u.size(); ++i) {
    EXPECT_NEAR(found[static_cast<int64_t>(i)].item<double>(), expected[i],
                1e-12 * std::max(1.0, std::abs(expected[i])))
        << u[i];
  }
}

TEST_P(EveryDomain, HasTheBinsOfTheModel) {
  const double step = 0.25;
  std::vector<double> middles;
  for (const double value : GetParam().values) {
    middles.push_back(std::round(value / step) * step);
  }
  std::vector<double> expected(middles.size());
  density::log_bin_probability(model(example()), middles, step, 0, expected);
  const at::Tensor found = log_interval_probability(head(example()), column(middles) - step / 2,
                                                    column(middles) + step / 2);
  for (size_t i = 0; i < expected.size(); ++i) {
    if (std::isfinite(expected[i])) {
      EXPECT_NEAR(found[static_cast<int64_t>(i)].item<double>(), expected[i],
                  1e-9 * std::max(1.0, std::abs(expected[i])))
          << middles[i];
    }
  }
}

// Gradients of a sum over outputs against central differences in every leaf.
void expect_gradients(const std::function<at::Tensor()>& value, std::vector<at::Tensor> leaves) {
  for (at::Tensor& leaf : leaves) {
    leaf.requires_grad_(true);
  }
  value().backward();
  const at::NoGradGuard no_grad;
  for (at::Tensor& leaf : leaves) {
    const at::Tensor gradient = leaf.grad().view(-1);
    at::Tensor flat = leaf.view(-1);
    for (int64_t i = 0; i < flat.numel(); ++i) {
      const double middle = flat[i].item<double>();
      const double h = 1e-6 * std::max(1.0, std::abs(middle));
      flat[i] = middle + h;
      const double up = value().item<double>();
      flat[i] = middle - h;
      const double down = value().item<double>();
      flat[i] = middle;
      const double difference = (up - down) / (2 * h);
      EXPECT_NEAR(gradient[i].item<double>(), difference, 2e-6 * (1 + std::abs(difference)));
    }
    leaf.mutable_grad() = at::Tensor();
  }
}

TEST_P(EveryDomain, HasTheGradientsOfFiniteDifferences) {
  at::Tensor parts = at::view_as_real(example()).clone().unsqueeze(0).repeat({3, 1, 1});
  parts[1].mul_(-0.7);
  parts[2][1][0] = 0.9;
  at::Tensor location = column({0.1, -0.3, 0.2});
  at::Tensor scale = column({1.5, 0.6, 2});
  const bool line = GetParam().domain == "line";
  at::Tensor y = line ? column({-4, 0.4, 1}) : column({2.3, 3.1, 4.7});
  FourierDensity q = head(example());
  if (GetParam().name == "interval") {
    q.domain = density::Domain::parse("interval:2:5");
  }
  const auto density_at = [&] {
    FourierDensity now = q;
    now.coefficients = at::view_as_complex(parts);
    if (line) {
      now.location = location;
      now.scale = scale;
    }
    return now;
  };
  std::vector<at::Tensor> leaves = {parts, y};
  if (line) {
    leaves.insert(leaves.end(), {location, scale});
  }
  expect_gradients([&] { return log_density(density_at(), y).sum(); }, leaves);
  expect_gradients([&] { return log_interval_probability(density_at(), y - 0.2, y + 0.1).sum(); },
                   leaves);
  leaves[1] = column({0.02, 0.4, 0.97});
  expect_gradients(
      [&] {
        return (quantile(density_at(), leaves[1]) * column({1, 2, -1})).sum();
      },
      leaves);
}

TEST(FourierHead, MeetsTheVectorsOfTheSpecification) {
  const FourierDensity q{density::Domain::parse("interval:-1:1"), "", example(), {}, {}};
  const at::Tensor x = column({-1, -.75, -.25, 0, .1, .5, .9, 1});
  const at::Tensor p =
      column({0.19696969696969696, 0.02140387870022289, 0.87776092968672252, 0.80303030303030303,
              0.68450277588249052, 0.57130124777183609, 0.35956381868078178, 0.19696969696969696});
  EXPECT_LE((log_density(q, x).exp() - p).abs().max().item<double>(), 1e-15);
  const at::Tensor u = column({.01, .25, .5, .9, .999});
  const at::Tensor y = column({-0.9317404301796434, -0.2319221959449122, 0.0590531710660188,
                               0.7454441158712382, 0.9950220150379531});
  EXPECT_LE((quantile(q, u) - y).abs().max().item<double>(), 2e-15);
  EXPECT_NEAR(roughness(q.coefficients).item<double>(), 2.7628030787140747, 1e-13);
  const FourierDensity line{density::Domain::parse("line"), "logistic", example(),
                            at::tensor(0.2, at::kDouble), at::tensor(1.5, at::kDouble)};
  const at::Tensor values = column({-3, 0, .2, 2, 10, 40});
  const at::Tensor logarithms =
      column({-5.178519469594791, -0.521301001747325, -0.624827936582468, -2.373656327120837,
              -13.710513361602697, -53.710542798219834});
  EXPECT_LE((log_density(line, values) - logarithms).abs().max().item<double>(), 1e-13);
  EXPECT_NEAR(cdf(line, column({-3})).item<double>(), 0.004861615916533625, 1e-17);
}

TEST(FourierHead, BinsFollowTheTailWhereItUnderflows) {
  // q ~ |A(1)|^2/S beta: a bin far out has ln beta plus a constant, and a gradient.
  for (const std::string& base : {std::string("logistic"), std::string("normal")}) {
    at::Tensor location = at::tensor(0.0, at::kDouble);
    location.requires_grad_(true);
    const FourierDensity q{density::Domain::parse("line"), base, example(), location,
                           at::tensor(1.0, at::kDouble)};
    const at::Tensor middle = column({600});
    const at::Tensor found = log_interval_probability(q, middle - 0.5, middle + 0.5);
    const at::Tensor near = log_density(q, middle - 0.5);
    EXPECT_TRUE(std::isfinite(found.item<double>())) << base;
    // The bin's mass sits at its inner edge: density there over the slope of its logarithm.
    const double slope = base == "normal" ? 599.5 : 2;
    EXPECT_NEAR(found.item<double>(), near.item<double>() - std::log(slope),
                base == "normal" ? 0.01 : 0.2);
    found.sum().backward();
    EXPECT_NEAR(location.grad().item<double>(), slope, 0.01 * slope);
  }
}

TEST(FourierHead, BinsAtAZeroOfTheDensityArePositive) {
  // |1 + z|^2 vanishes at x = -1 doubly: P(-1, -1 + w) = (pi^2 w^3 / 6) / 2 for small w.
  const FourierDensity q{density::Domain::parse("interval:-1:1"),
                         "",
                         at::complex(column({1, 1}), column({0, 0})),
                         {},
                         {}};
  for (const double width : {1e-6, 1e-4}) {
    const double found =
        log_interval_probability(q, column({-1}), column({-1 + width})).item<double>();
    const double exact = (-1 + width) + 1;  // the width that floating point has left
    EXPECT_NEAR(found, std::log(M_PI * M_PI * exact * exact * exact / 12), 1e-7);
  }
}

TEST(FourierHead, IntervalsOfALineAddUpToOne) {
  const FourierDensity q{density::Domain::parse("line"), "normal", example(),
                         at::tensor(0.2, at::kDouble), at::tensor(1.5, at::kDouble)};
  const at::Tensor low = column({-kInfinity, -2, 0.2, 3});
  const at::Tensor high = column({-2, 0.2, 3, kInfinity});
  EXPECT_NEAR(log_interval_probability(q, low, high).exp().sum().item<double>(), 1, 1e-14);
}

TEST(FourierHead, ArcsMayCrossTheOrigin) {
  const FourierDensity q{density::Domain::parse("circular:24"), "", example(), {}, {}};
  const auto mass = [&](double low, double high) {
    return log_interval_probability(q, column({low}), column({high})).exp().item<double>();
  };
  EXPECT_NEAR(mass(22, 26), mass(22, 24) + mass(0, 2), 1e-15);
  EXPECT_NEAR(mass(5, 29), 1, 1e-15);
}

TEST(FourierHead, DrawsFollowTheCdf) {
  const int64_t count = 20000;
  const FourierDensity q{density::Domain::parse("line"), "laplace",
                         example().unsqueeze(0).expand({count, 3}), at::zeros({count}, at::kDouble),
                         at::ones({count}, at::kDouble)};
  const at::Tensor draws = sample(q, 1, 2);
  at::Tensor u = std::get<0>(cdf(q, draws).sort());
  const at::Tensor uniform = (at::arange(count, at::kDouble) + 0.5) / count;
  const double ks = (u - uniform).abs().max().item<double>();
  EXPECT_LE(ks, 1.63 / std::sqrt(static_cast<double>(count)));
  EXPECT_TRUE(draws.equal(sample(q, 1, 2)));
  EXPECT_FALSE(draws.equal(sample(q, 1, 3)));
}

TEST(FourierHead, FloatsKeepTheirDigits) {
  const FourierDensity wide{density::Domain::parse("line"), "logistic", example(),
                            at::tensor(0.2, at::kDouble), at::tensor(1.5, at::kDouble)};
  const FourierDensity single{wide.domain, wide.base, example().to(at::kComplexFloat),
                              wide.location.to(at::kFloat), wide.scale.to(at::kFloat)};
  const at::Tensor y = at::linspace(-20, 20, 41, at::kDouble);
  const at::Tensor found = log_density(single, y.to(at::kFloat));
  EXPECT_EQ(found.scalar_type(), at::kFloat);
  EXPECT_LE((found - log_density(wide, y)).abs().max().item<double>(), 2e-5);
}

TEST(FourierHead, RefusesWhatHasNoDensity) {
  const FourierDensity interval{density::Domain::parse("interval:0:1"), "", example(), {}, {}};
  EXPECT_THROW(log_density(interval, column({0.5, 1.1})), Error);
  EXPECT_THROW(log_density(interval, column({NAN})), Error);
  EXPECT_THROW(log_interval_probability(interval, column({0.5}), column({0.5})), Error);
  EXPECT_THROW(quantile(interval, column({0.0})), Error);
  EXPECT_THROW(
      quantile({interval.domain, "", at::zeros({3}, at::kComplexDouble), {}, {}}, column({0.5})),
      Error);
  EXPECT_THROW(fourier_base("student"), Error);
}

TEST(FourierBase, HasTheTailsOfDensity) {
  for (const FourierBase& base : fourier_bases()) {
    const auto expected = density::BaseDistribution::named(base.name, {0, 1});
    for (const double v : {0.0, 0.3, 2.0, 9.0, 37.0, 300.0}) {
      const at::Tensor at_v = column({v});
      const double tail = expected.log_upper_tail(v);
      EXPECT_NEAR(base.log_tail(at_v).item<double>(), tail, 1e-13 * std::abs(tail)) << base.name;
      EXPECT_NEAR(base.log_density(-at_v).item<double>(), expected.log_density(-v),
                  1e-13 * std::abs(expected.log_density(-v)))
          << base.name;
      if (tail > -600) {
        EXPECT_NEAR(base.from_tail(at::exp(base.log_tail(at_v))).item<double>(), v, 1e-9 * (1 + v))
            << base.name << " " << v;
      }
    }
  }
}

}  // namespace
}  // namespace yonder::nn
