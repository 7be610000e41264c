// SPDX-License-Identifier: Apache-2.0
#include "yonder/tokenizer/vocabulary.h"

#include "tests/error_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <string>
#include <vector>

namespace yonder::tokenizer {
namespace {

using ::testing::HasSubstr;

std::vector<CountedPiece> some_pieces() {
  return {{"a", 4}, {"b", 3}, {"c", 2}, {"ab", 6}, {"bc", 5}, {"abc", 2}};
}

TEST(Vocabulary, GivesIdsFromThreeInTheOrderOfThePieces) {
  const Vocabulary vocabulary(some_pieces(), "test");
  EXPECT_EQ(vocabulary.size(), 9U);
  EXPECT_EQ(vocabulary.piece(3), "a");
  EXPECT_EQ(vocabulary.piece(8), "abc");
  EXPECT_EQ(vocabulary.count(6), 6U);
}

TEST(Vocabulary, KnowsItsSums) {
  const Vocabulary vocabulary(some_pieces(), "test");
  EXPECT_TRUE(vocabulary.total() == 22);
  EXPECT_EQ(vocabulary.max_piece_length(), 3U);
  EXPECT_EQ(vocabulary.single_bytes(), 3U);
  EXPECT_DOUBLE_EQ(vocabulary.log_probability(6), std::log(6.0 / 22));
}

TEST(Vocabulary, AddsCountsBeyond64Bits) {
  const Vocabulary vocabulary({{"a", UINT64_MAX}, {"b", UINT64_MAX}}, "test");
  EXPECT_TRUE(vocabulary.total() == static_cast<unsigned __int128>(UINT64_MAX) * 2);
  EXPECT_NEAR(vocabulary.log_probability(3), -std::log(2.0), 1e-14);
}

TEST(Vocabulary, RefusesBadPieces) {
  const auto message = [](std::vector<CountedPiece> pieces) {
    return error_text(ErrorKind::bad_data, [&] { Vocabulary(std::move(pieces), "m.model"); });
  };
  EXPECT_THAT(message({{"a", 1}, {"", 1}}), HasSubstr("m.model: id 4 is an empty piece"));
  EXPECT_THAT(message({{"a\xff", 0}}), HasSubstr("id 3 (\"a\\xff\") has count 0"));
  EXPECT_THAT(message({{"a", 1}, {"b", 1}, {"a", 2}}), HasSubstr("ids 3 and 5 are the same"));
}

TEST(Vocabulary, TakesLogProbabilitiesAsTheyAre) {
  const Vocabulary vocabulary({{"a", 1}, {"b", 1}}, {-0.25, -3.5}, "test");
  EXPECT_EQ(vocabulary.log_probability(3), -0.25);
  EXPECT_EQ(vocabulary.log_probability(4), -3.5);
  const auto message = [](std::vector<double> logs) {
    return error_text(ErrorKind::bad_data, [&] {
      Vocabulary({{"a", 1}, {"b", 1}}, std::move(logs), "test");
    });
  };
  EXPECT_THAT(message({-1}), HasSubstr("1 log-probabilities were given for 2 pieces"));
  EXPECT_THAT(message({-1, std::numeric_limits<double>::quiet_NaN()}), HasSubstr("id 4 is nan"));
  EXPECT_THAT(message({0.5, -1}), HasSubstr("id 3 is 0.5"));
}

TEST(LogCount, IsTheNearestDouble) {
  // From 50-digit decimal logarithms.
  EXPECT_EQ(log_count(1), 0.0);
  EXPECT_EQ(log_count(2), 0.693147180559945309417232121458);
  EXPECT_EQ(log_count(3), 1.098612288668109691395245236923);
  EXPECT_EQ(log_count(10), 2.302585092994045684017991454684);
  EXPECT_EQ(log_count(8126650310), 22.8184146596140609738744114566);
  EXPECT_EQ(log_count(static_cast<unsigned __int128>(1) << 100), 69.3147180559945309417232121458);
}

TEST(SortByIdOrder, SortsByLengthThenBytes) {
  std::vector<CountedPiece> pieces = {{"b", 1}, {"aa", 1}, {"\xff", 1}, {"a", 1}, {"Z", 1}};
  sort_by_id_order(pieces);
  std::string order;
  for (const CountedPiece& piece : pieces) {
    order += piece.bytes + ",";
  }
  EXPECT_EQ(order, "Z,a,b,\xff,aa,");
}

}  // namespace
}  // namespace yonder::tokenizer
