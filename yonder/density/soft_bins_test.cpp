// SPDX-License-Identifier: Apache-2.0
#include "tests/error_text.h"
#include "yonder/density/entropy_coder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <complex>
#include <limits>

namespace yonder::density {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
const std::vector<std::complex<double>> kCoefficients = {1, {0.5, -0.25}, {0, 0.3}};

Model line_model() { return {Domain{}, BaseDistribution(1, {0.2, 1.5}), kCoefficients}; }

double at(const Model& model, double y, double step, double temperature) {
  double out = 0;
  log_bin_probability(model, {&y, 1}, step, temperature, {&out, 1});
  return std::exp(out);
}

double mass(const Model& model, double low, double high) {
  std::vector<double> ends = {low, high};
  model.cdf(ends, ends);
  return ends[1] - ends[0];
}

TEST(SoftBins, WithoutRoundingLieAroundTheValue) {
  EXPECT_NEAR(at(line_model(), 0.37, 0.5, kInfinity), mass(line_model(), 0.12, 0.62), 1e-14);
}

TEST(SoftBins, AtTemperatureZeroAreTheCodersBins) {
  for (const double y : {-0.7, -0.51, 0.1, 0.49, 0.74}) {
    const double bin = 0.5 * std::nearbyint(y / 0.5);
    EXPECT_NEAR(at(line_model(), y, 0.5, 0), mass(line_model(), bin - 0.25, bin + 0.25), 1e-14);
  }
}

TEST(SoftBins, BetweenThemAreTheDensityOfSoftRoundedValuesWithNoise) {
  // s(Y) + U by its definition: the share of Y with s(Y) within half a step of y.
  const Model model = line_model();
  const double step = 0.8;
  const double t = 0.3;
  const auto soft_round = [&](double y) {
    const double v = y / step;
    const double middle = std::floor(v) + 0.5;
    return step * (middle + std::tanh((v - middle) / t) / (2 * std::tanh(0.5 / t)));
  };
  for (const double y : {-1.3, 0.0, 0.33, 0.9}) {
    double inside = 0;
    constexpr int kPoints = 200000;
    for (int i = 0; i < kPoints; ++i) {
      const double u = (i + 0.5) / kPoints * 8 - 4;
      if (std::abs(soft_round(u) - y) <= step / 2) {
        double density = 0;
        model.pdf({&u, 1}, {&density, 1});
        inside += density * 8 / kPoints;
      }
    }
    EXPECT_NEAR(at(model, y, step, t), inside, 1e-4) << y;
  }
}

TEST(SoftBins, AreContinuousInTheTemperature) {
  const Model model = line_model();
  EXPECT_NEAR(at(model, 0.3, 0.5, 1e8), at(model, 0.3, 0.5, kInfinity), 1e-9);
  EXPECT_NEAR(at(model, 0.3, 0.5, 0.0011), at(model, 0.3, 0.5, 0), 1e-3);
}

TEST(SoftBins, GoAroundACircle) {
  const Model model(Domain::parse("circular:24"), std::nullopt, kCoefficients);
  EXPECT_NEAR(at(model, 0, 2, kInfinity), mass(model, 23, 23.999999999) + mass(model, 0, 1), 1e-9);
  EXPECT_NEAR(at(model, 24, 2, kInfinity), at(model, 0, 2, kInfinity), 1e-15);
  EXPECT_NEAR(at(model, 5, 48, kInfinity), 1, 1e-15);
}

TEST(SoftBins, RefuseStepsAndTemperaturesWithoutMeaning) {
  EXPECT_THAT(error_text(ErrorKind::bad_option, [] { at(line_model(), 1, 0, 1); }),
              testing::HasSubstr("the step is 0"));
  EXPECT_THAT(error_text(ErrorKind::bad_option, [] { at(line_model(), 1, 1, -1); }),
              testing::HasSubstr("the temperature is -1"));
  EXPECT_THAT(error_text(ErrorKind::bad_data, [] { at(line_model(), kInfinity, 1, 1); }),
              testing::HasSubstr("value 0 is inf"));
}

}  // namespace
}  // namespace yonder::density
