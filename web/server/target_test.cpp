// SPDX-License-Identifier: Apache-2.0
#include "web/server/target.h"

#include "tests/error_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace yonder::web {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Pair;

TEST(Target, IsCutIntoDecodedSegments) {
  EXPECT_THAT(parse_target("/").segments, IsEmpty());
  EXPECT_THAT(parse_target("/api/jobs/j1").segments, ElementsAre("api", "jobs", "j1"));
  EXPECT_THAT(parse_target("/a%20b/%E4%BB%8A").segments, ElementsAre("a b", "今"));
  EXPECT_THAT(parse_target("/%61pi").segments, ElementsAre("api"));
}

TEST(Target, HasADecodedQuery) {
  const Target target = parse_target("/a?x=1&y=%26%3d&flag&&z=a=b");
  EXPECT_THAT(target.segments, ElementsAre("a"));
  EXPECT_THAT(target.query,
              ElementsAre(Pair("x", "1"), Pair("y", "&="), Pair("flag", ""), Pair("z", "a=b")));
}

TEST(Target, IsRefusedWhereItsPathPlaysTricks) {
  for (const char* target : {"/..",
                             "/../etc/passwd",
                             "/a/../b",
                             "/.",
                             "/%2e%2e/x",
                             "/%2E./x",
                             "//",
                             "//evil",
                             "/a//b",
                             "/a/",
                             "/a%2fb",
                             "/a%5Cb",
                             "/a\\b",
                             "/a%00b",
                             "/a%0d%0ab",
                             "/%",
                             "/%4",
                             "/%zz",
                             "/%+1",
                             "/a#b",
                             "",
                             "a",
                             "*",
                             "http://127.0.0.1/",
                             "evil.example:443",
                             "/a?%",
                             "/a?x=%0",
                             "/\x7f",
                             "/a b",
                             "/\xe4"}) {
    error_text(ErrorKind::bad_data, [&] { parse_target(target); });
  }
}

TEST(Target, SaysWhereAnEscapeIsWrong) {
  EXPECT_THAT(error_text(ErrorKind::bad_data, [] { parse_target("/ab%4"); }),
              HasSubstr("the % at byte 2"));
}

RC_GTEST_PROP(PercentEncode, IsUndoneByDecoding, (const std::string& bytes)) {
  RC_ASSERT(percent_decode(percent_encode(bytes), "x") == bytes);
}

}  // namespace
}  // namespace yonder::web
