// SPDX-License-Identifier: Apache-2.0
#include "yonder/density/base_distribution.h"

#include "tests/error_text.h"
#include "yonder/base/file.h"
#include "yonder/base/json.h"
#include "yonder/base/random.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

namespace yonder::density {
namespace {

using testing::HasSubstr;

/// One distribution of every family, student with several degrees of freedom.
std::vector<BaseDistribution> all_families() {
  const Json golden = parse_json(
      read_file(YONDER_SOURCE_DIR "/tests/golden/density/base_distributions.json"), "golden");
  std::vector<BaseDistribution> all;
  for (const Json& row : golden.at("families").array()) {
    std::vector<double> parameters;
    for (const Json& value : row.at("parameters").array()) {
      parameters.push_back(value.real());
    }
    all.push_back(BaseDistribution::named(row.at("family").text(), std::move(parameters)));
  }
  return all;
}

/// Calls check(base, {y, ln F, ln(1 - F), ln density, slope, curvature}).
template <typename Check>
void for_each_golden(Check check) {
  const Json golden = parse_json(
      read_file(YONDER_SOURCE_DIR "/tests/golden/density/base_distributions.json"), "golden");
  const std::vector<BaseDistribution> all = all_families();
  size_t i = 0;
  for (const Json& row : golden.at("families").array()) {
    for (const Json& numbers : row.at("cases").array()) {
      std::vector<double> values;
      for (const Json& number : numbers.array()) {
        values.push_back(number.real());
      }
      check(all[i], values);
    }
    ++i;
  }
}

/// The continued fraction of Student's tail loses digits as the degrees of freedom grow.
double precision(const BaseDistribution& base) {
  return base.name() == "student" ? 8e-15 + 4e-17 * base.parameters()[2] : 8e-15;
}

std::string place(const BaseDistribution& base, double y) {
  return fmt::format("{} at {}", base.text(), y);
}

TEST(BaseDistribution, HasBothTailsOfMpmath) {
  for_each_golden([](const BaseDistribution& base, const std::vector<double>& v) {
    const Domain::Point point = base.to_point(v[0]);
    // The logarithm's rounding is that of its argument's exponent.
    const double tail = std::min(v[1], v[2]);
    if (tail > -700) {
      EXPECT_NEAR(std::log(point.from_end / 2), tail, precision(base) * std::max(1.0, -tail))
          << place(base, v[0]);
    }
    EXPECT_EQ(point.x < 0, v[1] < v[2]) << place(base, v[0]);
    EXPECT_NEAR(base.log_lower_tail(v[0]), v[1], precision(base) * std::max(1.0, -v[1]))
        << place(base, v[0]);
    EXPECT_NEAR(base.log_upper_tail(v[0]), v[2], precision(base) * std::max(1.0, -v[2]))
        << place(base, v[0]);
  });
}

TEST(BaseDistribution, HasTheDensityAndItsDerivativesOfMpmath) {
  for_each_golden([](const BaseDistribution& base, const std::vector<double>& v) {
    EXPECT_NEAR(base.log_density(v[0]), v[3], 4e-15 * std::max(1.0, -v[3])) << place(base, v[0]);
    EXPECT_NEAR(base.log_density_slope(v[0]), v[4], 8e-15 * std::max(1.0, std::fabs(v[4])))
        << place(base, v[0]);
    EXPECT_NEAR(base.log_density_curvature(v[0]), v[5], 4e-13 * std::max(1.0, v[4] * v[4]))
        << place(base, v[0]);
  });
}

TEST(BaseDistribution, QuantilesUndoTails) {
  for (const BaseDistribution& base : all_families()) {
    for (double mass = 0.5; mass > 1e-300; mass *= 0.37) {
      for (const double side : {-1.0, 1.0}) {
        const Domain::Point point = {side * (1 - 2 * mass), 2 * mass};
        const double y = base.from_point(point);
        if (std::isinf(y)) {  // power laws leave the doubles
          continue;
        }
        // The rounding of y itself moves the mass by the hazard times it.
        const double hazard = std::exp(base.log_density(y) - std::log(mass)) * std::fabs(y);
        const Domain::Point back = base.to_point(y);
        EXPECT_NEAR(back.from_end / point.from_end, 1,
                    2e-13 + precision(base) + 2e-15 * hazard + 3e-16 * std::fabs(std::log(mass)))
            << place(base, y) << " mass " << mass;
      }
    }
  }
}

TEST(BaseDistribution, GivesInfinityAtTheEnds) {
  for (const BaseDistribution& base : all_families()) {
    EXPECT_EQ(base.from_point({-1, 0}), -std::numeric_limits<double>::infinity());
    EXPECT_EQ(base.from_point({1, 0}), std::numeric_limits<double>::infinity());
    EXPECT_EQ(base.to_point(std::numeric_limits<double>::infinity()).from_end, 0);
  }
}

TEST(BaseDistribution, HasTheSlopesOfFiniteDifferences) {
  for (const BaseDistribution& base : all_families()) {
    for (const double y : {-2.7, 0.8, 4.1}) {
      const double h = 1e-5;
      const auto x = [&](double dt, double ds) {
        return base.with(base.location() + dt, base.scale() + ds).to_point(y).x;
      };
      const auto log_density = [&](double dt, double ds) {
        return base.with(base.location() + dt, base.scale() + ds).log_density(y);
      };
      const BaseDistribution::Slopes point = base.point_slopes(y);
      EXPECT_NEAR(point.location, (x(h, 0) - x(-h, 0)) / (2 * h), 1e-8) << place(base, y);
      EXPECT_NEAR(point.scale, (x(0, h) - x(0, -h)) / (2 * h), 1e-8) << place(base, y);
      const BaseDistribution::Slopes log_slope = base.log_density_slopes(y);
      EXPECT_NEAR(log_slope.location, (log_density(h, 0) - log_density(-h, 0)) / (2 * h), 1e-6)
          << place(base, y);
      EXPECT_NEAR(log_slope.scale, (log_density(0, h) - log_density(0, -h)) / (2 * h), 1e-6)
          << place(base, y);
    }
  }
}

TEST(BaseDistribution, FitsWhatItDrew) {
  const std::vector<BaseDistribution> truths = {
      BaseDistribution::named("normal", {3, 2}), BaseDistribution::named("laplace", {3, 2}),
      BaseDistribution::named("cauchy", {3, 2}), BaseDistribution::named("student", {3, 2, 4}),
      BaseDistribution::named("mixture", {0.3, -4, 1, 0.7, 3, 0.5})};
  const char* names[] = {"normal", "laplace", "cauchy", "student", "mixture:2"};
  for (size_t i = 0; i < truths.size(); ++i) {
    std::vector<double> values(20000);
    Rng rng(11, i);
    for (double& value : values) {
      const double u = rng.uniform_open();
      value = truths[i].from_point({2 * u - 1, 2 * std::min(u, 1 - u)});
    }
    const BaseDistribution fitted = BaseDistribution::fitted(names[i], values, {});
    ASSERT_EQ(fitted.parameters().size(), truths[i].parameters().size());
    for (size_t k = 0; k < fitted.parameters().size(); ++k) {
      EXPECT_NEAR(fitted.parameters()[k], truths[i].parameters()[k],
                  0.08 * std::max(1.0, std::fabs(truths[i].parameters()[k])))
          << names[i] << " " << k;
    }
  }
}

TEST(BaseDistribution, FitsMedianAndDeviationAsTheTanhMapOfThePost) {
  const std::vector<double> values = {1, 2, 4, 9};
  const BaseDistribution base = BaseDistribution::fitted("logistic", values, {});
  EXPECT_EQ(base.location(), 3);
  EXPECT_NEAR(base.scale(), std::sqrt(9.5), 1e-15);
}

TEST(BaseDistribution, FitIsAStationaryPointOfTheLikelihood) {
  std::vector<double> values;
  std::vector<double> weights;
  Rng rng(3);
  for (int i = 0; i < 200; ++i) {
    values.push_back(rng.normal() + (i % 10 == 0 ? 8 : 0));
    weights.push_back(0.5 + rng.uniform());
  }
  for (const char* text : {"normal", "student:3", "cauchy"}) {
    const BaseDistribution base = BaseDistribution::fitted(text, values, weights);
    double location = 0;
    double scale = 0;
    for (size_t i = 0; i < values.size(); ++i) {
      const BaseDistribution::Slopes slopes = base.log_density_slopes(values[i]);
      location += weights[i] * slopes.location;
      scale += weights[i] * slopes.scale;
    }
    EXPECT_NEAR(location, 0, 1e-6) << text;
    EXPECT_NEAR(scale, 0, 1e-6) << text;
  }
}

TEST(BaseDistribution, WeightsCountLikeRepetitions) {
  const std::vector<double> values = {-1, 0.5, 2, 7, 7.5};
  const std::vector<double> weights = {1, 2, 3, 1, 2};
  std::vector<double> repeated;
  for (size_t i = 0; i < values.size(); ++i) {
    repeated.insert(repeated.end(), static_cast<size_t>(weights[i]), values[i]);
  }
  for (const char* text : {"logistic", "normal", "laplace", "student:2", "cauchy"}) {
    const BaseDistribution a = BaseDistribution::fitted(text, values, weights);
    const BaseDistribution b = BaseDistribution::fitted(text, repeated, {});
    EXPECT_NEAR(a.location(), b.location(), 1e-8) << text;
    EXPECT_NEAR(a.scale(), b.scale(), 1e-8) << text;
  }
}

TEST(BaseDistribution, TakesTheLocationAndScaleItIsGiven) {
  const std::vector<double> values = {-1, 0.5, 2, 7, 7.5, 1, 3};
  const double location = 1.25;
  const double scale = 3.5;
  for (const std::string& name : base_names()) {
    const BaseDistribution base = BaseDistribution::fitted(name, values, {}, &location, &scale, 0);
    EXPECT_NEAR(base.location(), location, 1e-12) << name;
    EXPECT_NEAR(base.scale(), scale, 1e-12) << name;
  }
}

TEST(BaseDistribution, KnowsWhichMomentsExist) {
  EXPECT_FALSE(BaseDistribution::named("cauchy", {0, 1}).has_moment(1));
  EXPECT_TRUE(BaseDistribution::named("student", {0, 1, 2.5}).has_moment(2));
  EXPECT_FALSE(BaseDistribution::named("student", {0, 1, 3}).has_moment(3));
  EXPECT_TRUE(BaseDistribution::named("normal", {0, 1}).has_moment(4));
}

TEST(BaseDistribution, RefusesWhatItCannotBe) {
  const std::vector<double> values = {1, 2, 3};
  const auto fitted = [&](const char* text) {
    return error_text(ErrorKind::bad_option, [&] { BaseDistribution::fitted(text, values, {}); });
  };
  EXPECT_THAT(fitted("studnet"), HasSubstr("student"));
  EXPECT_THAT(fitted("normal:3"), HasSubstr("nothing after a colon"));
  EXPECT_THAT(fitted("student:"), HasSubstr("degrees of freedom is missing"));
  EXPECT_THAT(fitted("student:x"), HasSubstr("degrees of freedom are a number"));
  EXPECT_THAT(fitted("mixture:9"), HasSubstr("1 to 8"));
  EXPECT_THAT(error_text(ErrorKind::bad_data,
                         [] {
                           BaseDistribution::fitted("normal", std::vector<double>{2, 2}, {});
                         }),
              HasSubstr("single point"));
  EXPECT_THAT(error_text(ErrorKind::bad_data,
                         [] {
                           BaseDistribution::named("normal", {0, 0});
                         }),
              HasSubstr("scale > 0"));
  EXPECT_THAT(error_text(ErrorKind::bad_data,
                         [] {
                           BaseDistribution(9, {0, 1});
                         }),
              HasSubstr("number 9 is unknown"));
  EXPECT_THAT(error_text(ErrorKind::bad_data,
                         [] {
                           BaseDistribution::named("mixture", {0.5, 0, 1, 0.4, 0, 1});
                         }),
              HasSubstr("sum"));
}

}  // namespace
}  // namespace yonder::density
