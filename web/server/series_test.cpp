// SPDX-License-Identifier: Apache-2.0
#include "web/server/series.h"

#include "tests/error_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

namespace yonder::web {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;

class SeriesTest : public testing::Test {
 protected:
  Series read(const std::string& request) {
    return read_series(parse_json(request, "the request"), workspace_);
  }
  void add_file(const std::string& name, std::string_view content) {
    auto upload = std::make_shared<UploadFile>(workspace_.temporary.path());
    upload->write(content);
    workspace_.numbers.add_upload(std::move(upload), name);
  }

  Workspace workspace_{ServeOptions{}};
};

TEST_F(SeriesTest, ComesFromPastedValues) {
  const Series series = read(R"({"data":{"values":[1,2.5,-3]}})");
  EXPECT_THAT(series.values(), ElementsAre(1, 2.5, -3));
  EXPECT_EQ(series.command({"yonder", "density", "fit"}, {"-o", "m.yfd"}),
            "printf '%s\\n' 1 2.5 -3 | yonder density fit - -o m.yfd");
}

TEST_F(SeriesTest, ComesFromAFile) {
  add_file("two columns.csv", "day,temp\n1,20.5\n2,NA\n3,22\n");
  const Series series =
      read(R"({"data":{"file":"n1","column":"temp","time-column":"day","missing":"drop"}})");
  EXPECT_THAT(series.values(), ElementsAre(20.5, 22));
  EXPECT_THAT(series.times(), ElementsAre(1, 3));
  EXPECT_EQ(series.column->missing, 1U);
  EXPECT_EQ(series.command({"yonder", "memory", "run"}, {}),
            "yonder memory run 'two columns.csv' --column temp --time-column day --drop-invalid");
}

TEST_F(SeriesTest, HoldsTheLastValueOverMissingOnes) {
  add_file("a.csv", "x,y\n1,1\n,2\nNA,3\n4,4\n");
  const Series series = read(R"({"data":{"file":"n1","column":"x","missing":"hold"}})");
  EXPECT_THAT(series.values(), ElementsAre(1, 1, 1, 4));
  EXPECT_EQ(series.column->missing, 2U);
  EXPECT_THAT(series.command({"yonder"}, {}), HasSubstr("--gap hold"));
  EXPECT_THAT(
      error_text(ErrorKind::bad_data, [&] { read(R"({"data":{"file":"n1","column":"x"}})"); }),
      HasSubstr("a.csv:3"));
}

TEST_F(SeriesTest, ComesFromADemo) {
  const Series series = read(R"({"data":{"demo":"two-tones"}})");
  EXPECT_EQ(series.values().size(), 4000U);
  EXPECT_THAT(series.command({"yonder"}, {}), StartsWith("awk 'function"));
}

TEST_F(SeriesTest, SaysWhatIsWrongWithARequest) {
  error_text(ErrorKind::bad_data, [&] { read(R"({"data":{"values":["a"]}})"); });
  error_text(ErrorKind::bad_data, [&] { read(R"({"data":{"values":[]}})"); });
  error_text(ErrorKind::bad_data, [&] { read(R"({})"); });
  error_text(ErrorKind::file, [&] { read(R"({"data":{"file":"n7"}})"); });
  error_text(ErrorKind::bad_option, [&] { read(R"({"data":{"demo":"none"}})"); });
  add_file("a.csv", "x\n1\noops\n");
  EXPECT_THAT(
      error_text(ErrorKind::bad_data, [&] { read(R"({"data":{"file":"n1","column":"x"}})"); }),
      HasSubstr("a.csv:3"));
  EXPECT_THAT(
      error_text(ErrorKind::bad_option, [&] { read(R"({"data":{"file":"n1","colum":"x"}})"); }),
      HasSubstr("did you mean \"column\"?"));
}

TEST_F(SeriesTest, IsCutWithTheCommandThatCutsItToo) {
  add_file("a.csv", "x\n1\n2\n3\n4\n");
  const Series part = read(R"({"data":{"file":"n1","column":"x"}})").slice(1, 2);
  EXPECT_THAT(part.values(), ElementsAre(2, 3));
  EXPECT_EQ(part.command({"yonder", "memory", "run"}, {}),
            "sed -n '1p;3,4p' a.csv | yonder memory run - --column x");
  const Series pasted = read(R"({"data":{"values":[1,2,3]}})").slice(2, 9);
  EXPECT_THAT(pasted.values(), ElementsAre(3));
  EXPECT_EQ(pasted.command({"yonder"}, {}), "printf '%s\\n' 1 2 3 | sed -n 3,3p | yonder -");
  error_text(ErrorKind::bad_option, [&] { (void)pasted.slice(1, 1); });
}

TEST(Subsample, KeepsTheOrderAndDrawsEveryValueEquallyOften) {
  std::vector<double> values(20);
  for (size_t i = 0; i < values.size(); ++i) {
    values[i] = static_cast<double>(i);
  }
  EXPECT_EQ(subsample(values, 30, 0), values);
  std::vector<int> times(values.size());
  for (uint64_t seed = 0; seed < 4000; ++seed) {
    const std::vector<double> drawn = subsample(values, 5, seed);
    ASSERT_EQ(drawn.size(), 5U);
    EXPECT_TRUE(std::is_sorted(drawn.begin(), drawn.end()));
    for (const double value : drawn) {
      ++times[static_cast<size_t>(value)];
    }
  }
  for (const int n : times) {
    EXPECT_NEAR(n, 1000, 5 * std::sqrt(1000.0));
  }
}

TEST(WriteNumbers, WritesNullForWhatIsNotFinite) {
  JsonWriter w;
  w.begin_object();
  const double values[] = {1.0 / 3, INFINITY, -2};
  write_numbers(w, "a", values, 3);
  write_number(w, "b", NAN);
  w.end_object();
  EXPECT_EQ(w.str(), R"({"a":[0.333,null,-2],"b":null})");
}

}  // namespace
}  // namespace yonder::web
