// SPDX-License-Identifier: Apache-2.0
#include "yonder/base/error.h"

#include "tests/error_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cerrno>

namespace yonder {
namespace {

using testing::HasSubstr;

TEST(Error, KindsAreSpelledAsInJson) {
  EXPECT_STREQ(to_string(ErrorKind::bad_option), "bad_option");
  EXPECT_STREQ(to_string(ErrorKind::bad_data), "bad_data");
  EXPECT_STREQ(to_string(ErrorKind::file), "file");
  EXPECT_STREQ(to_string(ErrorKind::numerical), "numerical");
  EXPECT_STREQ(to_string(ErrorKind::memory), "memory");
  EXPECT_STREQ(to_string(ErrorKind::cancelled), "cancelled");
  EXPECT_STREQ(to_string(ErrorKind::internal), "internal");
}

TEST(Error, FailFormatsItsMessage) {
  EXPECT_EQ(error_text(ErrorKind::bad_data, [] { fail(ErrorKind::bad_data, "{}: {}", "a", 7); }),
            "a: 7");
}

TEST(Error, RequireThrowsOnlyWhenItsConditionIsFalse) {
  EXPECT_NO_THROW(require(true, ErrorKind::bad_data, "never"));
  EXPECT_EQ(error_text(ErrorKind::memory,
                       [] { require(false, ErrorKind::memory, "{} bytes are too many", 9); }),
            "9 bytes are too many");
}

TEST(Error, ColumnIsMinusOneUnlessGiven) {
  EXPECT_EQ(Error(ErrorKind::bad_data, "x").column, -1);
  EXPECT_EQ(Error(ErrorKind::bad_data, "x", 3).column, 3);
}

TEST(Error, FailErrnoGivesTheSystemsReason) {
  EXPECT_EQ(error_text(ErrorKind::file, [] { fail_errno("a.txt", "cannot be opened", ENOENT); }),
            "a.txt: cannot be opened: No such file or directory");
}

TEST(Error, BrokenCheckAsksForAReport) {
  const std::string text = error_text(ErrorKind::internal, [] { YONDER_CHECK(1 + 1 == 3); });
  EXPECT_THAT(text, HasSubstr("1 + 1 == 3"));
  EXPECT_THAT(text, HasSubstr("error_test.cpp"));
  EXPECT_THAT(text, HasSubstr("report"));
}

}  // namespace
}  // namespace yonder
