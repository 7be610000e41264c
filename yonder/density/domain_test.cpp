// SPDX-License-Identifier: Apache-2.0
#include "yonder/density/domain.h"

#include "tests/error_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <numbers>
#include <vector>

namespace yonder::density {
namespace {

using testing::HasSubstr;

TEST(Domain, ReadsItsOwnText) {
  for (const char* text : {"line", "circular:24", "circular:360@-180", "interval:0:1",
                           "interval:0.1:0.3", "reflected:-2.5:1e-3", "circular:1e-300@7"}) {
    const Domain domain = Domain::parse(text);
    EXPECT_EQ(Domain::parse(domain.text()), domain) << text;
  }
}

TEST(Domain, KnowsNamedPeriods) {
  EXPECT_EQ(Domain::parse("circular:degrees"), Domain::parse("circular:360"));
  EXPECT_EQ(Domain::parse("circular:hours"), Domain::parse("circular:24"));
  EXPECT_EQ(Domain::parse("circular:radians").length, 2 * std::numbers::pi);
}

TEST(Domain, HoldsItsUpperEnd) {
  // 0.1 + (0.3 - 0.1) is below 0.3 in doubles.
  const Domain domain = Domain::parse("interval:0.1:0.3");
  EXPECT_EQ(domain.upper(), 0.3);
  EXPECT_EQ(domain.to_point(0.3).x, 1);
  EXPECT_EQ(domain.to_point(0.3).from_end, 0);
}

TEST(Domain, RefusesWhatItCannotRead) {
  const std::vector<std::pair<const char*, const char*>> cases = {
      {"cirular:24", "is unknown"},
      {"circular", "a period is a number"},
      {"circular:0", "must be > 0"},
      {"circular:24@x", "a period is a number"},
      {"interval:1", "two ends"},
      {"interval:1:1", "not below"},
      {"reflected:2:1", "not below"},
      {"interval:a:1", "the ends are numbers"},
      {"interval:-1e308:1e308", "not below"},
      {"line:3", "is unknown"},
      {"circular:inf", "a period is a number"}};
  for (const auto& [text, part] : cases) {
    EXPECT_THAT(error_text(ErrorKind::bad_option, [&] { Domain::parse(text); }), HasSubstr(part))
        << text;
  }
}

TEST(Domain, WrapsACircleExactly) {
  const Domain hours = Domain::parse("circular:24");
  EXPECT_EQ(hours.to_point(30).x, hours.to_point(6).x);
  EXPECT_EQ(hours.to_point(-18).x, hours.to_point(6).x);
  EXPECT_EQ(hours.to_point(24).x, -1);
  // 2^53 = 8 mod 24.
  EXPECT_EQ(hours.to_point(0x1p53).x, hours.to_point(8).x);
  EXPECT_EQ(hours.to_point(-0x1p53).x, hours.to_point(16).x);
}

TEST(Domain, KeepsDigitsNearBothEnds) {
  const Domain unit = Domain::parse("interval:0:1");
  EXPECT_EQ(unit.to_point(1e-200).from_end, 2e-200);
  EXPECT_EQ(unit.to_point(std::nextafter(1.0, 0.0)).from_end, 0x1p-52);
  EXPECT_EQ(Domain::parse("circular:1").to_point(-1e-200).from_end, 2e-200);
  EXPECT_EQ(Domain::parse("reflected:0:1").to_point(std::nextafter(1.0, 0.0)).from_end, 0x1p-53);
}

TEST(Domain, ComesBackFromThePoint) {
  for (const char* text : {"circular:24@-3", "interval:-2:7", "reflected:1:4"}) {
    const Domain domain = Domain::parse(text);
    for (int i = 0; i <= 1000; ++i) {
      const double y = domain.origin + domain.length * i / 1000.5;
      EXPECT_NEAR(domain.from_point(domain.to_point(y)), y, 2e-15) << text;
    }
  }
}

TEST(Domain, RefusesValuesOutside) {
  const Domain unit = Domain::parse("interval:0:1");
  EXPECT_THAT(error_text(ErrorKind::bad_data, [&] { unit.to_point(1.5); }),
              HasSubstr("1.5 is outside interval:0:1"));
  EXPECT_THAT(error_text(ErrorKind::bad_data, [&] { unit.to_point(std::nan("")); }),
              HasSubstr("must be finite"));
  EXPECT_THAT(
      error_text(
          ErrorKind::bad_data,
          [&] { Domain::parse("circular:1").to_point(std::numeric_limits<double>::infinity()); }),
      HasSubstr("must be finite"));
}

}  // namespace
}  // namespace yonder::density
