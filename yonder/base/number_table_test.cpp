// SPDX-License-Identifier: Apache-2.0
#include "yonder/base/number_table.h"

#include "tests/error_text.h"
#include "yonder/base/file.h"
#include "yonder/base/npy.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <functional>
#include <sstream>
#include <string>
#include <vector>

namespace yonder {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using Columns = std::vector<std::vector<double>>;

std::unique_ptr<NumberTable> open_text(const std::string& text, NumberTableOptions options,
                                       const TemporaryFolder& folder, const char* name = "t.csv") {
  const std::filesystem::path path = folder.path() / name;
  write_file(path, text);
  return open_number_table(path, options);
}

Columns columns_of(const std::string& text, const NumberTableOptions& options = {},
                   const char* name = "t.csv") {
  const TemporaryFolder folder;
  return read_columns(*open_text(text, options, folder, name));
}

std::string data_error(const std::string& text, const NumberTableOptions& options = {},
                       const char* name = "t.csv") {
  return error_text(ErrorKind::bad_data, [&] { columns_of(text, options, name); });
}

std::string option_error(const std::string& text, const NumberTableOptions& options = {}) {
  return error_text(ErrorKind::bad_option, [&] { columns_of(text, options); });
}

TEST(NumberTable, TakesTheOnlyColumnThereIs) {
  EXPECT_EQ(columns_of("amp\n1\n-2.5e3\n"), (Columns{{1, -2500}}));
  EXPECT_EQ(columns_of("3\n4\n"), (Columns{{3, 4}}));
}

TEST(NumberTable, FindsColumnsByNameAndByNumberInTheOrderAsked) {
  EXPECT_EQ(columns_of("a,b,c\n1,2,3\n4,5,6\n", {.columns = {"3", "a"}}),
            (Columns{{3, 6}, {1, 4}}));
  EXPECT_EQ(columns_of("1,2\n3,4\n", {.columns = {"2"}}), (Columns{{2, 4}}));
}

TEST(NumberTable, PrefersANameToANumber) {
  EXPECT_EQ(columns_of("x,1\n5,6\n", {.columns = {"1"}}), (Columns{{6}}));
}

TEST(NumberTable, KnowsAHeaderByACellThatIsNoNumber) {
  const TemporaryFolder folder;
  EXPECT_THAT(open_text("1,2\n3,4\n", {.columns = {"2"}}, folder)->names(),
              ElementsAre("column 2"));
  EXPECT_THAT(open_text("1,b\n3,4\n", {.columns = {"2"}}, folder)->names(), ElementsAre("b"));
  EXPECT_EQ(columns_of("2013-01-01,7\n2013-01-02,8\n", {.columns = {"2"}}), (Columns{{7, 8}}));
  EXPECT_EQ(columns_of("1990,1991\n3,4\n", {.header = "yes", .columns = {"1991"}}), (Columns{{4}}));
  EXPECT_EQ(columns_of("x,1\ny,2\n", {.header = "no", .columns = {"2"}}), (Columns{{1, 2}}));
}

TEST(NumberTable, ReadsEveryWayOfWritingANumber) {
  EXPECT_EQ(columns_of("v\n +1.5 \n-0\n.5\n5.\n1E-3\n1e-400\n\"7\"\n"),
            (Columns{{1.5, 0, .5, 5, 1e-3, 0, 7}}));
}

TEST(NumberTable, RefusesACellThatIsNoFiniteNumberAndSaysWhere) {
  for (const char* cell : {"abc", "inf", "1e400", "1,5", "0x10", "1 2", "--1", "+-1"}) {
    EXPECT_THAT(
        data_error("x;amp\n0;1\n0;" + std::string(cell) + "\n", {.columns = {"amp"}}),
        HasSubstr("t.csv:3: \"" + std::string(cell) + "\" in column \"amp\" is no finite number"));
  }
}

TEST(NumberTable, RefusesMissingValuesUnlessItIsToldOtherwise) {
  const std::string text = "t,v\n1,5\n2,\n3,NA\n4,nan\n5,6\n";
  EXPECT_THAT(data_error(text, {.columns = {"v"}}), HasSubstr("t.csv:3: no value in column \"v\""));
  const Columns kept = columns_of(text, {.columns = {"v"}, .missing = MissingCells::keep});
  EXPECT_EQ(kept[0].size(), 5U);
  EXPECT_TRUE(std::isnan(kept[0][1]) && std::isnan(kept[0][2]) && std::isnan(kept[0][3]));
  EXPECT_EQ(columns_of(text, {.columns = {"t", "v"}, .missing = MissingCells::drop}),
            (Columns{{1, 5}, {5, 6}}));
}

TEST(NumberTable, StillRefusesOtherTextWhereMissingValuesAreKeptOrDropped) {
  for (const MissingCells missing : {MissingCells::keep, MissingCells::drop}) {
    EXPECT_THAT(data_error("v\n1\nx\n", {.missing = missing}), HasSubstr("is no finite number"));
  }
}

TEST(NumberTable, CountsTheRowsThatItLeavesOut) {
  const TemporaryFolder folder;
  const auto table = open_text("v\n1\nx\n\"\"\n-inf\n2\n", {.drop_invalid = true}, folder);
  EXPECT_EQ(read_columns(*table), (Columns{{1, 2}}));
  EXPECT_EQ(table->dropped(), 3U);
}

TEST(NumberTable, GivesTimesBesideTheValues) {
  const TemporaryFolder folder;
  const auto table =
      open_text("time,v\n1970-01-01T00:01:00Z,1\n90.5,2\n", {.time_column = "time"}, folder);
  std::vector<double> values(8);
  EXPECT_EQ(table->read(values), 2U);
  EXPECT_THAT(table->times(), ElementsAre(60, 90.5));
  EXPECT_THAT(table->place(1), HasSubstr("t.csv:3"));
  EXPECT_EQ(table->read(values), 0U);
}

TEST(NumberTable, RefusesARowWithoutATimeEvenWhereMissingValuesAreKept) {
  EXPECT_THAT(data_error("t,v\n,1\n", {.time_column = "t", .missing = MissingCells::keep}),
              HasSubstr("t.csv:2: no value in column \"t\""));
  EXPECT_THAT(data_error("t,v\nnoon,1\n", {.time_column = "t"}), HasSubstr("is no time"));
}

TEST(NumberTable, NamesRaggedRowsByTheirLine) {
  EXPECT_THAT(data_error("a,b\n1,2\n\n\"1\n\",2,3\n", {.columns = {"b"}}),
              HasSubstr("t.csv:4: the number of cells is 3, in the first row it is 2"));
}

TEST(NumberTable, NamesTheNearestColumn) {
  EXPECT_THAT(option_error("eruptions,waiting\n1,2\n", {.columns = {"wating"}}),
              HasSubstr("did you mean \"waiting\"?"));
  EXPECT_THAT(option_error("a,b\n1,2\n", {.columns = {"7"}}), HasSubstr("there are \"a\", \"b\""));
  EXPECT_THAT(option_error("a,b\n1,2\n"), HasSubstr("Name one of \"a\", \"b\""));
  EXPECT_THAT(option_error("a,a\n1,2\n", {.columns = {"a"}}), HasSubstr("by its number"));
}

TEST(NumberTable, ReadsAnyNumberOfRowsAtATime) {
  std::string text = "a,b\n";
  for (int i = 0; i < 1000; ++i) {
    text += fmt::format("{},{}\n", i, -i);
  }
  const TemporaryFolder folder;
  for (const size_t rows : {1U, 7U, 333U, 2000U}) {
    const auto table = open_text(text, {.columns = {"a", "b"}}, folder);
    std::vector<double> values(rows * 2 + 1);
    int next = 0;
    while (const size_t count = table->read(values)) {
      EXPECT_LE(count, rows);
      for (size_t row = 0; row < count; ++row, ++next) {
        EXPECT_EQ(values[2 * row], next);
        EXPECT_EQ(values[2 * row + 1], -next);
      }
    }
    EXPECT_EQ(next, 1000);
  }
}

TEST(NumberTable, ReadsArraysOfBothOrders) {
  const std::vector<uint64_t> shape = {3, 2};
  std::string bytes = npy_header(shape, 8) + npy_data(std::vector<double>{1, 2, 3, 4, 5, 6}, 8);
  const NumberTableOptions both = {.columns = {"column 1", "2"}};
  EXPECT_EQ(columns_of(bytes, both, "t.npy"), (Columns{{1, 3, 5}, {2, 4, 6}}));
  EXPECT_EQ(columns_of(bytes, both, "misnamed.csv"), (Columns{{1, 3, 5}, {2, 4, 6}}));
  bytes.replace(bytes.find("False"), 5, "True ");
  EXPECT_EQ(columns_of(bytes, both, "t.npy"), (Columns{{1, 2, 3}, {4, 5, 6}}));
  const std::vector<uint64_t> line = {2};
  bytes = npy_header(line, 4) + npy_data(std::vector<double>{0.5, NAN}, 4);
  EXPECT_THAT(data_error(bytes, {}, "t.npy"), HasSubstr("t.npy: row 2: \"nan\""));
  const std::vector<uint64_t> cube = {1, 1, 1};
  bytes = npy_header(cube, 8) + npy_data(std::vector<double>{1}, 8);
  EXPECT_THAT(data_error(bytes, {}, "t.npy"), HasSubstr("shape is (1, 1, 1)"));
}

TEST(NumberTable, ReadsRawFloats) {
  const std::vector<double> values = {1, -0.5, 1e300};
  std::string bytes = npy_data(values, 8);
  EXPECT_EQ(columns_of(bytes, {}, "t.f64"), (Columns{values}));
  EXPECT_EQ(columns_of(bytes, {.format = "f64"}, "t.bin"), (Columns{values}));
  EXPECT_THAT(data_error(bytes + "abc", {}, "t.f64"), HasSubstr("3 bytes are left"));
  bytes = npy_data(std::vector<double>{1, -0.5}, 4);
  EXPECT_EQ(columns_of(bytes, {}, "t.f32"), (Columns{{1, -0.5}}));
}

TEST(NumberTable, ReadsStandardInputWhereItIsGiven) {
  std::istringstream text("v\n1\n2\n");
  EXPECT_EQ(read_columns(*open_number_table("-", {}, &text)), (Columns{{1, 2}}));
  const std::vector<uint64_t> shape = {2};
  std::istringstream array(npy_header(shape, 8) + npy_data(std::vector<double>{3, 4}, 8));
  EXPECT_EQ(read_columns(*open_number_table("-", {}, &array)), (Columns{{3, 4}}));
  std::istringstream raw(npy_data(std::vector<double>{5}, 4));
  EXPECT_EQ(read_columns(*open_number_table("-", {.format = "f32"}, &raw)), (Columns{{5}}));
  std::istringstream bad("v\nx\n");
  const auto table = open_number_table("-", {}, &bad);
  EXPECT_THROW(read_columns(*table), Error);
  EXPECT_THROW(open_number_table("-", {}), Error);
}

TEST(NumberTable, RefusesAnEmptyFileAndTakesAnEmptyTable) {
  EXPECT_THAT(data_error(""), HasSubstr("there is no row in this file"));
  EXPECT_THAT(columns_of("v\n")[0], IsEmpty());
  EXPECT_THAT(columns_of("", {}, "t.f64")[0], IsEmpty());
}

TEST(ParseTime, ReadsIso8601AndPlainNumbers) {
  // date -u -d ... +%s
  EXPECT_EQ(parse_time("2013-01-01"), 1356998400);
  EXPECT_EQ(parse_time("2013-01-01T06:00:00Z"), 1357020000);
  EXPECT_EQ(parse_time("2013-01-01 06:00"), 1357020000);
  EXPECT_EQ(parse_time("2013-01-01T06:00:00.5+02:00"), 1357012800.5);
  EXPECT_EQ(parse_time("2013-01-01T06:00:00-0530"), 1357039800);
  EXPECT_EQ(parse_time("1969-12-31T23:59:59Z"), -1);
  EXPECT_EQ(parse_time("2000-02-29"), 951782400);
  EXPECT_EQ(parse_time("1851.25"), 1851.25);
}

TEST(ParseTime, RefusesWhatIsNoDate) {
  for (const char* text :
       {"", "2013-02-29", "2013-13-01", "2013-1-1", "2013-01-01T24:00", "2013-01-01T06",
        "2013-01-01T06:00:61", "2013-01-01T06:00:00Zx", "2013-01-01T06:00+1", "noon", "nan"}) {
    EXPECT_THROW(parse_time(text), Error) << text;
  }
}

}  // namespace
}  // namespace yonder
