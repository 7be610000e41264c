// SPDX-License-Identifier: Apache-2.0
#include "yonder/memory/measure.h"

#include "yonder/base/error.h"
#include "yonder/memory/measures/table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <vector>

namespace yonder::memory {
namespace {

std::string refusal(const std::string& text) {
  try {
    Measure::parse(text);
  } catch (const Error& error) {
    EXPECT_EQ(error.kind, ErrorKind::bad_option);
    return error.what();
  }
  return "none";
}

TEST(Measure, TextReadsBackForEveryRow) {
  for (const MeasureRow& row : measures()) {
    const std::string text = row.has_width ? row.name + ":0.1" : row.name;
    const Measure measure = Measure::parse(text);
    EXPECT_EQ(measure.kind, row.kind);
    EXPECT_EQ(measure.text(), text);
    EXPECT_EQ(Measure::parse(measure.text()), measure);
  }
}

TEST(Measure, LaguerreTakesOrderAndTilt) {
  const Measure measure = Measure::parse("lagt:1000:0.5:1");
  EXPECT_EQ(measure.width, 1000);
  EXPECT_EQ(measure.alpha, 0.5);
  EXPECT_EQ(measure.beta, 1);
  EXPECT_EQ(measure.text(), "lagt:1000:0.5:1");
}

TEST(Measure, RefusalsSayWhatToWrite) {
  EXPECT_THAT(refusal("legr:4"), testing::HasSubstr("legt"));
  EXPECT_THAT(refusal("legt"), testing::HasSubstr("as in legt:100"));
  EXPECT_THAT(refusal("legt:-1"), testing::HasSubstr("width is -1"));
  EXPECT_THAT(refusal("legs:4"), testing::HasSubstr("takes nothing after its name"));
  EXPECT_THAT(refusal("legt:4:1"), testing::HasSubstr("takes one number"));
  EXPECT_THAT(refusal("legt:x"), testing::HasSubstr("x"));
  EXPECT_THAT(refusal("lagt:1:-1"), testing::HasSubstr("alpha is -1"));
  EXPECT_THAT(refusal("lagt:1:0:2"), testing::HasSubstr("beta is 2"));
}

TEST(Measure, TableIsInTheOrderOfTheKinds) {
  for (size_t i = 0; i < measures().size(); ++i) {
    EXPECT_EQ(static_cast<size_t>(measures()[i].kind), i);
  }
}

// Mean products of the functions over the interval, by the midpoint rule.
std::vector<double> gram(const Measure& measure, double length, double upto, size_t order,
                         int points) {
  std::vector<double> sums(order * order);
  std::vector<double> values(order);
  for (int i = 0; i < points; ++i) {
    basis(measure, upto * (i + 0.5) / points, length, values);
    for (size_t n = 0; n < order; ++n) {
      for (size_t k = 0; k < order; ++k) {
        sums[n * order + k] += values[n] * values[k] / points;
      }
    }
  }
  return sums;
}

TEST(Basis, LegendreAndFourierAreOrthonormalInTheMean) {
  for (const char* text : {"legs", "legt:7", "window:7", "fout:7"}) {
    const auto products = gram(Measure::parse(text), 7, 7, 6, 20000);
    for (size_t n = 0; n < 6; ++n) {
      for (size_t k = 0; k < 6; ++k) {
        const bool empty = std::string(text) == "fout:7" && n == 1;  // the sine of mode 0
        EXPECT_NEAR(products[n * 6 + k], n == k && !empty ? 1 : 0, 1e-6) << text << n << k;
      }
    }
  }
}

TEST(Basis, LaguerreFunctionsAreOrthonormalInTime) {
  constexpr double kUpTo = 400;
  const auto products = gram(Measure::parse("lagt:5"), 0, kUpTo, 6, 200000);
  for (size_t n = 0; n < 6; ++n) {
    for (size_t k = 0; k < 6; ++k) {
      EXPECT_NEAR(products[n * 6 + k] * kUpTo, n == k ? 1 : 0, 1e-5) << n << k;
    }
  }
}

TEST(Basis, LaguerreFunctionsOfHighOrderStayFinite) {
  std::vector<double> values(4096);
  basis(Measure::parse("lagt:1"), 10000, 0, values);
  double largest = 0;
  for (const double value : values) {
    ASSERT_TRUE(std::isfinite(value));
    largest = std::max(largest, std::abs(value));
  }
  // Inside the oscillation, |function| is about (pi^2 s n)^(-1/4) sqrt 2.
  EXPECT_GT(largest, 1e-3);
  EXPECT_LT(largest, 1);
}

TEST(Basis, ChebyshevIsTheCosineOfTheMultipleAngle) {
  std::vector<double> values(9);
  basis(Measure::parse("chebt:4"), 1, 4, values);
  for (size_t n = 0; n < values.size(); ++n) {
    EXPECT_NEAR(values[n], std::cos(static_cast<double>(n) * std::acos(0.5)), 1e-14);
  }
}

}  // namespace
}  // namespace yonder::memory
