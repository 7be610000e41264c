// SPDX-License-Identifier: Apache-2.0
#include "web/server/time_limit.h"

#include "tests/error_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace yonder::web {
namespace {

using std::chrono::milliseconds;

TEST(TimeLimit, LetsShortWorkEnd) {
  EXPECT_EQ(within(milliseconds(60'000), "start a job", [](Progress*) { return 7; }), 7);
}

TEST(TimeLimit, StopsLongWorkWithASentence) {
  EXPECT_THAT(error_text(ErrorKind::numerical,
                         [] {
                           within(milliseconds(0), "start a job", [](Progress* progress) {
                             while (true) {
                               ProgressRef(progress).stop_if_cancelled("");
                             }
                             return 0;
                           });
                         }),
              testing::HasSubstr("takes longer than 0 s; start a job"));
}

TEST(TimeLimit, PassesOnWhatIsNotItsOwn) {
  error_text(ErrorKind::bad_data, [] {
    within(milliseconds(60'000), "start a job", [](Progress*) {
      fail(ErrorKind::bad_data, "no number");
      return 0;
    });
  });
}

}  // namespace
}  // namespace yonder::web
