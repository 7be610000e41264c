// SPDX-License-Identifier: Apache-2.0
#include "yonder/base/csv.h"

#include "tests/error_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <cstring>
#include <string>
#include <vector>

namespace yonder {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using Records = std::vector<std::vector<std::string>>;

/// The text in pieces of at most `piece` bytes, so that records end anywhere in a buffer.
CsvReader::Source in_pieces(std::string text, size_t piece = size_t{1} << 20) {
  return [text = std::move(text), piece, given = size_t{0}](std::span<char> out) mutable {
    const size_t count = std::min({piece, out.size(), text.size() - given});
    std::memcpy(out.data(), text.data() + given, count);
    given += count;
    return count;
  };
}

Records records(const std::string& text, size_t piece = size_t{1} << 20) {
  CsvReader csv(in_pieces(text, piece), "t.csv");
  Records all;
  while (csv.next()) {
    all.emplace_back(csv.fields().begin(), csv.fields().end());
  }
  return all;
}

std::string error_of(const std::string& text) {
  return error_text(ErrorKind::bad_data, [&] { records(text); });
}

TEST(Csv, SplitsLinesAtCommas) {
  EXPECT_EQ(records("a,b\n1,\n,2"), (Records{{"a", "b"}, {"1", ""}, {"", "2"}}));
}

TEST(Csv, TakesTheExampleOfRfc4180) {
  EXPECT_EQ(records("\"aaa\",\"b\r\nbb\",\"ccc\"\r\nzzz,yyy,xxx\r\n"),
            (Records{{"aaa", "b\r\nbb", "ccc"}, {"zzz", "yyy", "xxx"}}));
  EXPECT_EQ(records("\"aaa\",\"b\"\"bb\",\"ccc\""), (Records{{"aaa", "b\"bb", "ccc"}}));
}

TEST(Csv, PassesOverAMarkAndBlankLines) {
  EXPECT_EQ(records("\xEF\xBB\xBF"
                    "a,b\r\n\r\n1,2\r\n\n"),
            (Records{{"a", "b"}, {"1", "2"}}));
}

TEST(Csv, TakesTabsAndSemicolonsWhereTheFirstLineHasNoComma) {
  EXPECT_EQ(records("a\tb\n1\t2,5"), (Records{{"a", "b"}, {"1", "2,5"}}));
  EXPECT_EQ(records("a;b\n1;2"), (Records{{"a", "b"}, {"1", "2"}}));
  EXPECT_EQ(records("a;b,c\n1;2,3"), (Records{{"a;b", "c"}, {"1;2", "3"}}));
}

TEST(Csv, KeepsAQuoteInsideOfAPlainField) {
  EXPECT_EQ(records("5\" pipe,2\nx,\"y\"\n"), (Records{{"5\" pipe", "2"}, {"x", "y"}}));
}

TEST(Csv, NamesTheLineOnWhichARecordBegins) {
  CsvReader csv(in_pieces("a\n\"two\nlines\"\n\nlast\n"), "t.csv");
  std::vector<uint64_t> lines;
  while (csv.next()) {
    lines.push_back(csv.line());
  }
  EXPECT_THAT(lines, ElementsAre(1, 2, 5));
}

TEST(Csv, ReadsTheSameForPiecesOfAnySize) {
  const std::string text =
      "\xEF\xBB\xBFname,\"a \"\"b\"\"\"\r\n1,\"x,\ny\"\r\n\"\",2\r\n\r\n\"q\"\r\n";
  for (size_t piece = 1; piece < 12; ++piece) {
    EXPECT_EQ(records(text, piece), records(text)) << piece;
  }
}

TEST(Csv, RefusesWhatIsNoCsv) {
  EXPECT_THAT(error_of("a,b\n1,\"2\n3,4\n"), HasSubstr("t.csv:2: a quote that opens here"));
  EXPECT_THAT(error_of("a,b\n\"1\"x,2\n"),
              HasSubstr("t.csv:2: text stands behind a closing quote"));
  EXPECT_THAT(error_of(std::string("\xFF\xFE"
                                   "a\0b\0",
                                   6)),
              HasSubstr("UTF-16"));
  EXPECT_THAT(error_of(std::string(size_t{17} << 20, 'x')), HasSubstr("longer than 16 MiB"));
}

RC_GTEST_PROP(Csv, ReadsBackWhatAWriterQuoted, ()) {
  const auto field =
      rc::gen::container<std::string>(rc::gen::element('a', ',', '"', '\n', '\r', ' '));
  const auto written = *rc::gen::nonEmpty(
      rc::gen::container<Records>(rc::gen::container<std::vector<std::string>>(3, field)));
  std::string text = "a,b,c\n";
  for (const auto& record : written) {
    for (size_t i = 0; i < record.size(); ++i) {
      text += i == 0 ? "\"" : ",\"";
      for (const char c : record[i]) {
        text += c == '"' ? std::string("\"\"") : std::string(1, c);
      }
      text += '"';
    }
    text += '\n';
  }
  const size_t piece = *rc::gen::inRange<size_t>(1, 20);
  Records read = records(text, piece);
  read.erase(read.begin());
  RC_ASSERT(read == written);
}

}  // namespace
}  // namespace yonder
