// SPDX-License-Identifier: Apache-2.0
// Golden values: sections 3.2 and 3.6 and erratum 8 of docs/math/memory.md; poles of legt by
// mpmath's eigenvalues with 72 digits.
#include "yonder/memory/analysis.h"

#include "yonder/base/error.h"
#include "yonder/memory/discretization.h"
#include "yonder/memory/internal/dense.h"
#include "yonder/memory/internal/recurrence_reference.h"

#include <Eigen/Eigenvalues>
#include <Eigen/SVD>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <complex>
#include <numbers>
#include <string>
#include <vector>

namespace yonder::memory {
namespace {

using Complex = std::complex<double>;

TEST(Poles, OfTriangularMeasuresAreTheDiagonal) {
  const std::vector<Complex> legs = poles({}, 4);
  EXPECT_EQ(legs, (std::vector<Complex>{-1, -2, -3, -4}));
  EXPECT_EQ(poles(Measure::parse("lagt:4"), 2), (std::vector<Complex>{-0.125, -0.125}));
}

TEST(Poles, OfLegtAreThoseOfManyDigits) {
  const std::vector<Complex> z = poles(Measure::parse("legt:1"), 16);
  const std::vector<Complex> upper = {
      {-20.817316216422337, 1.6917163428815604}, {-20.432297698379776, 5.0812953398998238},
      {-19.646097429403268, 8.490344494121919},  {-18.422718844967524, 11.935724977767442},
      {-16.696741637279381, 15.442080892659442}, {-14.350276293898504, 19.051087358917959},
      {-11.148923555154433, 22.847389503912356}, {-6.4856283244947776, 27.067410180245165},
  };
  for (size_t i = 0; i < 8; ++i) {
    EXPECT_LE(std::abs(z[8 + i] - upper[i]), 4e-15 * std::abs(upper[i]));
    EXPECT_LE(std::abs(z[7 - i] - std::conj(upper[i])), 4e-15 * std::abs(upper[i]));
  }
}

TEST(Poles, OfLegtHaveTheTraceAndTheSecondMomentOfTheMatrix) {
  // tr A = -N^2 and tr A^2 = sum of squares, both known exactly.
  for (const int64_t order : {1, 2, 3, 17, 64, 129, 256}) {
    const std::vector<Complex> z = poles(Measure::parse("legt:1"), order);
    Complex sum = 0;
    Complex squares = 0;
    for (const Complex& pole : z) {
      EXPECT_LT(pole.real(), 0);
      sum += pole;
      squares += pole * pole;
    }
    const auto n = static_cast<double>(order);
    double expected = 0;
    for (int64_t i = 0; i < order; ++i) {
      for (int64_t k = 0; k < order; ++k) {
        const auto product = static_cast<double>((2 * i + 1) * (2 * k + 1));
        expected += i == k || (i - k) % 2 == 0 ? product : -product;
      }
    }
    EXPECT_NEAR(sum.real() / (n * n), -1, 1e-13) << order;
    EXPECT_NEAR(sum.imag(), 0, 1e-9 * n) << order;
    EXPECT_NEAR(squares.real(), expected, 1e-11 * n * n * n * n) << order;
  }
}

TEST(Poles, ScaleWithTheWindow) {
  const auto one = poles(Measure::parse("legt:1"), 6);
  const auto ten = poles(Measure::parse("legt:10"), 6);
  for (size_t i = 0; i < 6; ++i) {
    EXPECT_NEAR(std::abs(ten[i] * 10.0 - one[i]), 0, 1e-13);
  }
}

TEST(Poles, WhatCannotBeTrustedIsRefused) {
  EXPECT_EQ(poles(Measure::parse("chebt:1"), 8).size(), 8U);
  try {
    poles(Measure::parse("chebt:1"), 64);
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind, ErrorKind::numerical);
    EXPECT_THAT(error.what(), testing::HasSubstr("cannot be trusted"));
  }
}

TEST(Poles, LimitOfForwardEulerFollowsFromThem) {
  // Erratum 8.
  const std::pair<int64_t, double> limits[] = {{8, .0564}, {16, .0167}, {32, .0051}};
  for (const auto& [order, expected] : limits) {
    double limit = 1;
    for (const Complex& pole : poles(Measure::parse("legt:1"), order)) {
      limit = std::min(limit, -2 * pole.real() / std::norm(pole));
    }
    EXPECT_NEAR(limit, expected, 1e-4);
  }
}

TEST(Poles, EigenvectorsOfLegsAndLegtAreAsGoodAsDependent) {
  // Erratum 8: condition of the eigenvectors.
  const auto condition = [](const char* measure, int64_t order) {
    const System s = system(Measure::parse(measure), order);
    const Eigen::EigenSolver<Eigen::MatrixXd> solver(internal::view(s.a), true);
    const Eigen::JacobiSVD<Eigen::MatrixXcd> svd(solver.eigenvectors());
    return std::log10(svd.singularValues()[0] / svd.singularValues()[order - 1]);
  };
  EXPECT_NEAR(condition("legs", 8), std::log10(8e4), 0.3);
  EXPECT_NEAR(condition("legs", 16), std::log10(8e10), 0.3);
  EXPECT_NEAR(condition("legt:1", 8), std::log10(3e3), 0.3);
  EXPECT_NEAR(condition("legt:1", 16), std::log10(9e7), 0.3);
}

TEST(Delay, IsThePadeApproximant) {
  const Complex h = delay_transfer(4, {.3, .7});
  EXPECT_NEAR(h.real(), 0.566609064557436, 1e-14);
  EXPECT_NEAR(h.imag(), -0.477248244021187, 1e-14);
  EXPECT_NEAR(std::abs(delay_transfer(7, 0) - 1.0), 0, 1e-14);
}

TEST(Delay, ErrorsAreThoseOfTheResolutionLaw) {
  const auto error = [](int64_t order, double turns) {
    const double w = turns * static_cast<double>(order);
    return std::abs(delay_transfer(order, {0, w}) - std::polar(1.0, -w));
  };
  const std::pair<int64_t, std::vector<double>> rows[] = {
      {4, {2.6e-2, .28}}, {8, {7.3e-4, .10}}, {16, {5.4e-7, 1.3e-2}}, {32, {2.9e-13, 1.9e-4}}};
  for (const auto& [order, errors] : rows) {
    EXPECT_NEAR(error(order, 1) / errors[0], 1, 0.04) << order;
    EXPECT_NEAR(error(order, 1.5) / errors[1], 1, 0.04) << order;
    EXPECT_GE(error(order, 2), .82);
    EXPECT_LE(error(order, 2), .91);
  }
}

TEST(Delay, BandwidthIsWhereTheErrorIsReached) {
  for (const int64_t order : {4, 32, 100}) {
    const double w = delay_bandwidth(order, 0.01);
    EXPECT_NEAR(std::abs(delay_transfer(order, {0, w}) - std::polar(1.0, -w)), 0.01, 1e-6);
  }
  EXPECT_NEAR(delay_bandwidth(64, 0.1) / 64, 1.7, 0.2);
}

TEST(Kernels, OfLaguerreAreItsFunctions) {
  const Measure measure = Measure::parse("lagt:3");
  const std::vector<double> ages = {0, 0.5, 2, 40};
  const Matrix kernels = memory_kernels(measure, 6, ages);
  for (size_t i = 0; i < ages.size(); ++i) {
    std::vector<double> expected(6);
    basis(measure, ages[i], 0, expected);
    for (size_t n = 0; n < 6; ++n) {
      EXPECT_NEAR(kernels.values[i * 6 + n], expected[n], 1e-13);
    }
  }
}

TEST(Kernels, OfLegtAreLegendreInsideAndNearNothingOutside) {
  const Measure measure = Measure::parse("legt:10");
  const std::vector<double> ages = {3, 20};
  const Matrix kernels = memory_kernels(measure, 40, ages);
  std::vector<double> inside(40);
  basis(measure, 3, 10, inside);
  for (size_t n = 0; n < 4; ++n) {
    EXPECT_NEAR(kernels.values[n], inside[n] / 10, 0.02);
    EXPECT_NEAR(kernels.values[40 + n], 0, 0.02);
  }
}

TEST(ToneError, IsThatOfTheProjection) {
  // Averaged over two phases a quarter turn apart, which is all phases.
  for (const auto& [cycles, order] : {std::pair(5.0, 18), std::pair(5.3, 12), std::pair(2.0, 8)}) {
    constexpr size_t kCells = 20000;
    std::vector<double> edges(kCells + 1);
    double square = 0;
    for (const double phase : {.3, .3 + std::numbers::pi / 2}) {
      std::vector<double> u(kCells);
      double energy = 0;
      for (size_t k = 0; k <= kCells; ++k) {
        edges[k] = static_cast<double>(k) / kCells;
        if (k < kCells) {
          u[k] = std::sin(2 * std::numbers::pi * cycles * (edges[k] + 0.5 / kCells) + phase);
          energy += u[k] * u[k] / kCells;
        }
      }
      const auto c = internal::projection_reference({}, order, u, edges);
      square += energy - internal::view(c).squaredNorm();
    }
    EXPECT_NEAR(tone_error(order, cycles) / std::sqrt(square), 1, 2e-3) << cycles;
  }
  EXPECT_NEAR(tone_error(1, 0), 0, 1e-15);
}

TEST(Choose, FollowsTheResolutionLaw) {
  // Section 3.6: N for a tone of phase .3; ours is averaged over the phase, so it may differ by 1.
  const std::pair<double, int64_t> tenth[] = {{5, 18},   {10, 34},  {20, 66},
                                              {40, 130}, {80, 256}, {160, 506}};
  for (const auto& [cycles, order] : tenth) {
    EXPECT_NEAR(static_cast<double>(choose(cycles / 60, 60, 0.1).order), static_cast<double>(order),
                1)
        << cycles;
  }
  const std::pair<double, int64_t> hundredth[] = {
      {5, 22}, {10, 38}, {20, 71}, {40, 136}, {80, 264}};
  for (const auto& [cycles, order] : hundredth) {
    EXPECT_NEAR(static_cast<double>(choose(cycles, 1, 0.01).order), static_cast<double>(order), 1)
        << cycles;
  }
}

TEST(Choose, IsTheSmallestOrderThatDoes) {
  const Advice advice = choose(3, 60, 0.01);
  EXPECT_EQ(advice.cycles, 180);
  EXPECT_LE(advice.error, 0.01);
  EXPECT_GT(tone_error(advice.order - 1, 180), 0.01);
  EXPECT_NEAR(advice.error, tone_error(advice.order, 180), 1e-12);
  EXPECT_GE(advice.legt_order, advice.order);
  EXPECT_LE(std::abs(delay_transfer(advice.legt_order, {0, 360 * std::numbers::pi}) - 1.0), 0.01);
  // The rms of the steps of held samples.
  const double turn = 2 * std::numbers::pi / advice.samples_per_cycle;
  EXPECT_NEAR(turn / std::sqrt(12.0), 0.01, 1e-12);
}

TEST(Choose, RefusesWhatNoOrderHolds) {
  const auto message = [](double frequency, double window, double error) -> std::string {
    try {
      choose(frequency, window, error);
    } catch (const Error& e) {
      EXPECT_EQ(e.kind, ErrorKind::bad_option);
      return e.what();
    }
    return "none";
  };
  EXPECT_THAT(message(0, 1, .1), testing::HasSubstr("--freq is 0"));
  EXPECT_THAT(message(1, -1, .1), testing::HasSubstr("--window is -1"));
  EXPECT_THAT(message(1, 1, 1), testing::HasSubstr("--error is 1"));
  EXPECT_THAT(message(1e9, 1, .1), testing::HasSubstr("shorter window"));
  EXPECT_THAT(message(1303, 1, 1e-6), testing::HasSubstr("shorter window"));
}

}  // namespace
}  // namespace yonder::memory
