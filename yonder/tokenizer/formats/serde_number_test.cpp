// SPDX-License-Identifier: Apache-2.0
#include "yonder/tokenizer/formats/serde_number.h"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cmath>

namespace yonder::tokenizer {
namespace {

TEST(SerdeNumber, IsExactWhereSignificandAndPowerAre) {
  EXPECT_EQ(serde_number("0"), 0);
  EXPECT_EQ(serde_number("-2.5"), -2.5);
  EXPECT_EQ(serde_number("1e3"), 1000);
  EXPECT_EQ(serde_number("12.25E-2"), 0.1225);
  EXPECT_EQ(serde_number("9007199254740993"), 9007199254740992.0);
}

// 20122928619384766 has no double: it is rounded to ...768 first and divided then.
TEST(SerdeNumber, RoundsTwiceWhereTheSignificandIsLong) {
  EXPECT_EQ(serde_number("-2.0122928619384766"), -(20122928619384768.0 / 1e16));
}

TEST(SerdeNumber, DigitsThatDoNotFitAreDroppedBehindThePointAndScaledBeforeIt) {
  EXPECT_EQ(serde_number("0.12345678901234567890123456789"), 12345678901234567890.0 / 1e20);
  EXPECT_EQ(serde_number("123456789012345678901234"), 12345678901234567890.0 * 1e4);
}

TEST(SerdeNumber, LeavesTheRangeOfADoubleAtBothEnds) {
  EXPECT_EQ(serde_number("1e400"), HUGE_VAL);
  EXPECT_EQ(serde_number("1e-400"), 0);
  EXPECT_EQ(serde_number("-1e-320"), -(1 / 1e308 / 1e12));
}

RC_GTEST_PROP(SerdeNumber, IsWithinAUnitInTheLastPlace, (int64_t bits)) {
  const double value = -std::ldexp(static_cast<double>(bits), -60);
  const double read = serde_number(fmt::format("{:.17f}", value));
  RC_ASSERT(std::abs(read - value) <= 2e-15 * std::abs(value) + 1e-17);
}

}  // namespace
}  // namespace yonder::tokenizer
