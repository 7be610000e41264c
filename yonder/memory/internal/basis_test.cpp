// SPDX-License-Identifier: Apache-2.0
#include "yonder/memory/internal/basis.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>
#include <string>
#include <vector>

namespace yonder::memory::internal {
namespace {

constexpr double kLength = 7;
constexpr size_t kOrder = 12;

class Basis : public ::testing::TestWithParam<std::string> {};

std::vector<double> values_at(const Measure& measure, double age) {
  std::vector<double> values(kOrder);
  basis(measure, age, kLength, values);
  return values;
}

TEST_P(Basis, DerivativeIsTheLimitOfDifferences) {
  const Measure measure = Measure::parse(GetParam());
  std::vector<double> derivative(kOrder);
  for (const double age : {0.4, 2.0, 5.5}) {
    basis_derivative(measure, age, kLength, derivative);
    const double h = 1e-5;
    // Time runs against age.
    const auto earlier = values_at(measure, age + h);
    const auto later = values_at(measure, age - h);
    for (size_t n = 0; n < kOrder; ++n) {
      const double difference = (later[n] - earlier[n]) / (2 * h);
      EXPECT_NEAR(derivative[n], difference, 1e-6 * (1 + std::abs(difference)))
          << "n = " << n << ", age " << age;
    }
  }
}

TEST_P(Basis, IntegralIsTheLimitOfSums) {
  const Measure measure = Measure::parse(GetParam());
  std::vector<double> integral(kOrder);
  const std::vector<std::pair<double, double>> intervals = {
      {kLength, 0}, {5, 1}, {2.0001, 2}, {3, 3}};
  for (const auto& [older, newer] : intervals) {
    basis_integral(measure, older, newer, kLength, integral);
    const int cells = 4000;
    std::vector<double> sums(kOrder);
    for (int k = 0; k < cells; ++k) {
      const auto values = values_at(measure, newer + (older - newer) * (k + 0.5) / cells);
      for (size_t n = 0; n < kOrder; ++n) {
        sums[n] += values[n] * (older - newer) / cells;
      }
    }
    for (size_t n = 0; n < kOrder; ++n) {
      EXPECT_NEAR(integral[n], sums[n], 2e-5 * (older - newer)) << "n = " << n;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(All, Basis,
                         ::testing::Values("legs", "window:7", "legt:7", "fout:7", "fous",
                                           "chebt:7", "lagt:2", "lagt:2:0:0.5", "lagt:2:1:0"),
                         [](const auto& info) {
                           std::string name = info.param;
                           for (char& c : name) {
                             c = std::isalnum(static_cast<unsigned char>(c)) != 0 ? c : '_';
                           }
                           return name;
                         });

TEST(BasisIntegral, OfAShortIntervalKeepsItsDigits) {
  for (const char* name : {"legs", "fout:7", "chebt:7"}) {
    const Measure measure = Measure::parse(name);
    std::vector<double> integral(kOrder);
    const double width = 1e-9;
    basis_integral(measure, 3 + width, 3, kLength, integral);
    const double exact_width = (3 + width) - 3;
    const auto values = values_at(measure, 3 + width / 2);
    for (size_t n = 0; n < kOrder; ++n) {
      EXPECT_NEAR(integral[n], values[n] * exact_width, 1e-6 * width) << name << ", n = " << n;
    }
  }
}

TEST(BasisIntegral, OfLaguerreFunctionsOverAllAgesIsKnown) {
  // The integral of e^(-s/2) L_n(s) over [0, inf) is 2 (-1)^n.
  const Measure measure = Measure::parse("lagt:2");
  std::vector<double> integral(kOrder);
  basis_integral(measure, 1000, 0, 1000, integral);
  for (size_t n = 0; n < kOrder; ++n) {
    EXPECT_NEAR(integral[n], std::numbers::sqrt2 * (n % 2 == 0 ? 2 : -2), 1e-10);
  }
}

}  // namespace
}  // namespace yonder::memory::internal
