// SPDX-License-Identifier: Apache-2.0
#include "yonder/memory/summary.h"

#include "tests/error_text.h"
#include "yonder/memory/internal/projection_reference.h"
#include "yonder/memory/stream.h"

#include <gtest/gtest.h>

#include <cmath>

namespace yonder::memory {
namespace {

using internal::relative_distance;
using internal::test_signal;
using ::testing::AllOf;
using ::testing::HasSubstr;

Summary summary_of(std::span<const double> u, int64_t order, double start = 0, double step = 1,
                   const char* scalar = "f64") {
  Stream stream({.order = order, .scalar = scalar, .start = start, .step = step, .block = 64},
                {"u"});
  stream.push(u);
  return stream.summary();
}

// sum c_n sqrt(2n+1) P_n(s) by the standard library.
double plain_sum(const Summary& summary, double t) {
  const double s = 2 * (t - summary.begin()) / (summary.end() - summary.begin()) - 1;
  double sum = 0;
  for (unsigned n = 0; n < summary.coefficients(0).size(); ++n) {
    sum += summary.coefficients(0)[n] * std::sqrt(2.0 * n + 1) * std::legendre(n, s);
  }
  return sum;
}

TEST(Summary, ReadsValuesAsPlainSumsDo) {
  const Summary summary = summary_of(test_signal(2000, 1), 48, 10, 0.5);
  for (const double t : {10.0, 10.25, 333.3, 700.0, 1009.99, 1010.0}) {
    EXPECT_NEAR(summary.at(0, t).estimate, plain_sum(summary, t), 1e-12) << t;
  }
  std::vector<double> grid(1001);
  summary.grid(0, 10, 1010, grid);
  for (size_t i = 0; i < grid.size(); i += 100) {
    EXPECT_NEAR(grid[i], summary.at(0, 10 + static_cast<double>(i)).estimate, 1e-12);
  }
}

TEST(Summary, ReadsDerivativesIntegralsAndMeans) {
  const Summary summary = summary_of(test_signal(2000, 2), 24, -5, 0.5);
  const double h = 1e-4;
  EXPECT_NEAR(summary.derivative(0, 300).estimate,
              (plain_sum(summary, 300 + h) - plain_sum(summary, 300 - h)) / (2 * h), 1e-8);
  double sum = 0;
  const int cells = 20000;
  for (int k = 0; k < cells; ++k) {
    sum += plain_sum(summary, 100 + 400 * (k + 0.5) / cells) * 400 / cells;
  }
  EXPECT_NEAR(summary.integral(0, 100, 500).estimate, sum, 1e-6);
  EXPECT_NEAR(summary.mean(0, 100, 500).estimate, sum / 400, 1e-8);
  EXPECT_NEAR(summary.mean(0, -5, 995).estimate, summary.coefficients(0)[0], 1e-14);
}

TEST(Summary, KnowsTheExactResidual) {
  const std::vector<double> u = test_signal(1000, 3);
  const Summary summary = summary_of(u, 16);
  // By quadrature: 8 points per cell resolve a polynomial of degree 15 on it.
  double square = 0;
  for (size_t k = 0; k < u.size(); ++k) {
    for (int i = 0; i < 8; ++i) {
      const double error = u[k] - plain_sum(summary, static_cast<double>(k) + (i + 0.5) / 8);
      square += error * error / 8 / static_cast<double>(u.size());
    }
  }
  EXPECT_NEAR(summary.rms_residual(0), std::sqrt(square), 1e-6);
}

TEST(Summary, BoundsOfIntegralsHoldOnAHundredThousandRandomIntervals) {
  const size_t cells = 500;
  std::vector<double> u = test_signal(cells, 4);
  for (size_t k = 250; k < cells; ++k) {
    u[k] += 1;  // a step, which polynomials cannot follow
  }
  std::vector<double> integral(cells + 1);
  for (size_t k = 0; k < cells; ++k) {
    integral[k + 1] = integral[k] + u[k];
  }
  const auto truth = [&](double t) {
    const auto k = std::min(static_cast<size_t>(t), cells - 1);
    return integral[k] + (t - static_cast<double>(k)) * u[k];
  };
  Rng rng(5);
  for (const char* scalar : {"f64", "f32"}) {
    const Summary summary = summary_of(u, 20, 0, 1, scalar);
    double tightest = 1;
    int violations = 0;
    for (int i = 0; i < 50000; ++i) {
      double t1 = cells * rng.uniform();
      double t2 = i % 3 == 0 ? t1 + rng.uniform() : cells * rng.uniform();
      t2 = std::min(t2, static_cast<double>(cells));
      if (t1 > t2) {
        std::swap(t1, t2);
      }
      const Value value = summary.integral(0, t1, t2);
      const double error = std::abs(value.estimate - (truth(t2) - truth(t1)));
      violations += error <= value.bound ? 0 : 1;
      tightest = std::min(tightest, 1 - error / value.bound);
      // Never looser than what Cauchy and Schwarz give without knowing the basis.
      EXPECT_LE(value.bound, std::sqrt((t2 - t1) * static_cast<double>(cells)) *
                                     summary.rms_residual(0) * (1 + 1e-4) +
                                 1e-3 * (t2 - t1));
    }
    EXPECT_EQ(violations, 0) << scalar;
    EXPECT_LT(tightest, 0.6);  // the bound is met within a factor
    // Over everything the integral is known.
    EXPECT_LT(summary.integral(0, 0, cells).bound, 1e-2);
  }
}

TEST(Summary, GivesNoBoundWhereThereIsNone) {
  const Summary summary = summary_of(test_signal(100, 6), 8);
  EXPECT_TRUE(std::isnan(summary.at(0, 50).bound));
  EXPECT_TRUE(std::isnan(summary.derivative(0, 50).bound));
  EXPECT_EQ(summary.at(0, 50).rms_error, summary.rms_residual(0));
  EXPECT_TRUE(std::isnan(summary.restrict(10, 20).integral(0, 12, 13).bound));
}

TEST(Summary, ExtrapolatesNothing) {
  const Summary summary = summary_of(test_signal(100, 7), 8, 10);
  EXPECT_THAT(error_text(ErrorKind::bad_option, [&] { summary.at(0, 9.5); }),
              AllOf(HasSubstr("9.5"), HasSubstr("10 to 110")));
  EXPECT_THAT(error_text(ErrorKind::bad_option, [&] { summary.integral(0, 50, 111); }),
              HasSubstr("111"));
  EXPECT_THAT(error_text(ErrorKind::bad_option, [&] { summary.mean(0, 50, 40); }), HasSubstr("50"));
  EXPECT_THAT(error_text(ErrorKind::bad_option, [&] { summary.at(1, 50); }),
              HasSubstr("channel 1"));
}

TEST(Summary, MergesToTheSummaryOfBoth) {
  const std::vector<double> u = test_signal(1000, 8);
  const std::span<const double> all(u);
  const Summary older = summary_of(all.first(300), 64);
  const Summary newer = summary_of(all.last(700), 64, 300);
  const Summary merged = Summary::merge(older, newer);
  const Summary whole = summary_of(u, 64);
  EXPECT_LT(relative_distance(merged.coefficients(0), whole.coefficients(0)), 1e-12);
  EXPECT_NEAR(merged.rms_residual(0), whole.rms_residual(0), 1e-12);
  EXPECT_EQ(merged.begin(), 0);
  EXPECT_EQ(merged.end(), 1000);
  EXPECT_THAT(error_text(ErrorKind::bad_data, [&] { Summary::merge(newer, older); }),
              AllOf(HasSubstr("[300, 1000]"), HasSubstr("[0, 300]"), HasSubstr("an overlap")));
}

TEST(Summary, OfMeasuresThatForgetDoesNotMerge) {
  Summary::Parts parts;
  parts.measure = Measure::parse("legt:10");
  parts.order = 2;
  parts.names = {"u"};
  parts.end = 10;
  parts.coefficients = {1, 0};
  parts.energy = {10};
  const Summary older(parts);
  parts.begin = 10;
  parts.end = 20;
  EXPECT_THAT(error_text(ErrorKind::bad_option, [&] { Summary::merge(older, Summary(parts)); }),
              HasSubstr("only legs, lagt and window summaries merge"));
}

TEST(Summary, OfLaguerreFunctionsFadesTheOlderPart) {
  // Quadrature of u against the functions, over the older part, the newer part and both.
  const Measure measure = Measure::parse("lagt:3:0.5:0.25");
  const auto project = [&](double begin, double end, double now) {
    // x_n = theta^(-1/2) int u L_n(s) exp(-(1+beta) s/2) dt / h_n, from the functions of basis(),
    // which carry s^alpha exp(-(1-beta) s/2) instead.
    std::vector<double> x(6);
    std::vector<double> values(6);
    const int cells = 20000;
    for (int k = 0; k < cells; ++k) {
      const double t = begin + (end - begin) * (k + 0.5) / cells;
      const double s = (now - t) / 3;
      basis(measure, now - t, now, values);
      for (size_t n = 0; n < 6; ++n) {
        x[n] +=
            std::sin(t) * values[n] / std::sqrt(s) * std::exp(-0.25 * s) * (end - begin) / cells;
      }
    }
    return x;
  };
  Summary::Parts parts;
  parts.measure = measure;
  parts.order = 6;
  parts.names = {"u"};
  parts.energy = {1};
  parts.begin = 0;
  parts.end = 5;
  parts.coefficients = project(0, 5, 5);
  const Summary older(parts);
  parts.begin = 5;
  parts.end = 9;
  parts.coefficients = project(5, 9, 9);
  const Summary merged = Summary::merge(older, Summary(parts));
  EXPECT_LT(relative_distance(merged.coefficients(0), project(0, 9, 9)), 1e-6);
}

TEST(Summary, RestrictedToHalvesAndMergedIsItselfAgain) {
  const Summary whole = summary_of(test_signal(1000, 9), 32);
  for (const double cut : {1.0, 300.0, 500.0, 999.0}) {
    const Summary left = whole.restrict(0, cut);
    const Summary right = whole.restrict(cut, 1000);
    EXPECT_NEAR(left.at(0, cut / 2).estimate, whole.at(0, cut / 2).estimate, 1e-10);
    EXPECT_LT(relative_distance(Summary::merge(left, right).coefficients(0), whole.coefficients(0)),
              1e-11);
    EXPECT_FALSE(left.exact());
    // An upper limit of what is lost on this part.
    EXPECT_GE(left.rms_residual(0) * std::sqrt(cut),
              whole.rms_residual(0) * std::sqrt(1000.0) * (1 - 1e-9));
  }
}

TEST(Summary, GivesLegendreCoefficientsInEveryNormalisation) {
  const Summary summary = summary_of(test_signal(100, 10), 4);
  const auto hippo = summary.coefficients(0);
  const auto value = summary.coefficients(0, Normalization::value);
  const auto lmu = summary.coefficients(0, Normalization::lmu);
  for (size_t n = 0; n < 4; ++n) {
    const double root = std::sqrt(2 * static_cast<double>(n) + 1);
    EXPECT_NEAR(value[n], root * hippo[n], 1e-15);
    EXPECT_NEAR(lmu[n], (n % 2 == 0 ? root : -root) * hippo[n], 1e-15);
  }
}

TEST(Summary, EstimatesWhatMoreCoefficientsWouldAdd) {
  // A geometric tail, squares falling by 0.8 per coefficient: the estimate is its sum.
  Summary::Parts parts;
  parts.order = 20;
  parts.names = {"u"};
  parts.end = 1;
  parts.energy = {100};
  double rest = 0;
  for (int n = 0; n < 200; ++n) {
    const double c = std::pow(0.8, n / 2.0);
    if (n < 20) {
      parts.coefficients.push_back(c);
    } else {
      rest += c * c;
    }
  }
  EXPECT_NEAR(Summary(parts).local_error_estimate(0), std::sqrt(rest), 1e-12);
}

TEST(Summary, SaysWhichResidualsRoundingHides) {
  std::vector<double> u;
  for (int k = 0; k < 2000; ++k) {
    u.push_back(101325 + 2 * std::sin(0.9 * k));
  }
  const Summary narrow = summary_of(u, 8, 0, 1, "f32");
  const double floor = narrow.residual_resolution(0);
  EXPECT_NEAR(floor, 101325 * std::sqrt(2e-6), 1);  // f32: a relative 1e-6
  EXPECT_LT(narrow.rms_residual(0), floor);
  const Summary wide = summary_of(u, 8);
  EXPECT_LT(wide.residual_resolution(0), 0.2);
  EXPECT_NEAR(wide.rms_residual(0), std::sqrt(2.0), 0.1);
}

TEST(Summary, RefusesPartsThatDoNotFit) {
  Summary::Parts parts;
  parts.order = 3;
  parts.names = {"u"};
  parts.end = 1;
  parts.coefficients = {1, 2};
  parts.energy = {1};
  EXPECT_THAT(error_text(ErrorKind::bad_data, [&] { Summary summary(parts); }),
              HasSubstr("has 2 coefficients"));
  parts.coefficients = {1, 2, 3};
  parts.end = 0;
  EXPECT_THAT(error_text(ErrorKind::bad_data, [&] { Summary summary(parts); }),
              HasSubstr("is empty"));
}

}  // namespace
}  // namespace yonder::memory
