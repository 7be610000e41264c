// SPDX-License-Identifier: Apache-2.0
#include "yonder/tokenizer/unigram/nbest.h"

#include "tests/error_text.h"
#include "tests/published_models.h"
#include "yonder/base/file.h"
#include "yonder/base/json.h"
#include "yonder/tokenizer/unigram/lattice_reference.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cmath>
#include <set>
#include <string>
#include <vector>

namespace yonder::tokenizer {
namespace {

using testing::HasSubstr;

Vocabulary repeats() { return Vocabulary({{"a", 10}, {"aa", 7}, {"aaa", 3}}, "B"); }

TEST(Nbest, ListsTheEnumeratedLatticesInOrder) {
  const Json file = parse_json(
      read_file(std::string(YONDER_SOURCE_DIR) + "/tests/golden/tokenizer/lattice_enumerated.json"),
      "lattice_enumerated.json");
  for (const Json& lattice : file.at("cases").array()) {
    std::vector<CountedPiece> pieces;
    for (const Json& piece : lattice.at("vocabulary").array()) {
      pieces.push_back({piece.array()[0].text(), piece.array()[1].unsigned_integer()});
    }
    const UnigramModel model(Vocabulary(std::move(pieces), "golden"));
    const Json::Array& expected = lattice.at("segmentations").array();
    const std::vector<Scored> found = nbest(model, lattice.at("text").text(), 100);
    ASSERT_EQ(found.size(), expected.size());
    for (size_t rank = 0; rank < found.size(); ++rank) {
      EXPECT_NEAR(found[rank].score, expected[rank].at("score").real(), 1e-14);
      std::vector<std::string> bytes;
      for (const uint32_t id : found[rank].ids) {
        bytes.emplace_back(model.vocabulary().piece(id));
      }
      std::vector<std::string> wanted;
      for (const Json& piece : expected[rank].at("pieces").array()) {
        wanted.push_back(piece.text());
      }
      EXPECT_EQ(bytes, wanted) << lattice.at("name").text() << ", rank " << rank;
    }
  }
}

void expect_sorted_enumeration(uint64_t seed, Arithmetic arithmetic) {
  const RandomLattice lattice = random_lattice(seed, arithmetic);
  const auto all = all_segmentations_reference(*lattice.model, lattice.text, 1);
  const std::vector<Scored> found = nbest(*lattice.model, lattice.text, kMaxNbest);
  RC_ASSERT(found.size() == all.size());
  for (size_t rank = 0; rank < all.size(); ++rank) {
    RC_ASSERT(found[rank].ids == all[rank].ids);
    RC_ASSERT(std::abs(found[rank].score - static_cast<double>(all[rank].score)) < 1e-14);
  }
}

RC_GTEST_PROP(Nbest, OfAllIsTheSortedEnumeration, (uint64_t seed)) {
  expect_sorted_enumeration(seed, Arithmetic::double_precision);
}

RC_GTEST_PROP(Nbest, InFixedPointIsTheSortedEnumeration, (uint64_t seed)) {
  expect_sorted_enumeration(seed, Arithmetic::fixed_point);
}

RC_GTEST_PROP(Nbest, IsTheBeginningOfALongerList, (uint64_t seed)) {
  const RandomLattice lattice = random_lattice(seed);
  const std::vector<Scored> longer = nbest(*lattice.model, lattice.text, 40);
  for (size_t k = 1; k < longer.size(); ++k) {
    const std::vector<Scored> shorter = nbest(*lattice.model, lattice.text, k);
    RC_ASSERT(shorter.size() == k);
    for (size_t rank = 0; rank < k; ++rank) {
      RC_ASSERT(shorter[rank].ids == longer[rank].ids);
      RC_ASSERT(shorter[rank].score == longer[rank].score);
    }
  }
}

TEST(Nbest, OrdersTiesByLongerFirstPieces) {
  const UnigramModel model(Vocabulary({{"a", 1}, {"aa", 1}, {"aaa", 1}}, "equal"));
  std::vector<std::string> lengths;
  for (const Scored& one : nbest(model, "aaaa", 10)) {
    std::string row;
    for (const uint32_t id : one.ids) {
      row += std::to_string(model.lengths()[id]);
    }
    lengths.push_back(row);
  }
  EXPECT_EQ(lengths, (std::vector<std::string>{"31", "22", "13", "211", "121", "112", "1111"}));
}

TEST(Nbest, OfALongTextAreDifferentAndSorted) {
  const UnigramModel model(repeats());
  const std::string text(50'000, 'a');
  const std::vector<Scored> found = nbest(model, text, 50);
  ASSERT_EQ(found.size(), 50U);
  std::set<std::vector<uint32_t>> different;
  for (size_t rank = 0; rank < found.size(); ++rank) {
    EXPECT_TRUE(rank == 0 || found[rank - 1].score >= found[rank].score);
    size_t bytes = 0;
    for (const uint32_t id : found[rank].ids) {
      bytes += model.lengths()[id];
    }
    EXPECT_EQ(bytes, text.size());
    different.insert(found[rank].ids);
  }
  EXPECT_EQ(different.size(), found.size());
}

TEST(Nbest, OfNothingIsTheEmptySegmentation) {
  const UnigramModel model(repeats());
  const std::vector<Scored> found = nbest(model, "", 3);
  ASSERT_EQ(found.size(), 1U);
  EXPECT_TRUE(found[0].ids.empty());
  EXPECT_EQ(found[0].score, 0);
}

TEST(Nbest, NeverCrossesTheEndOfAChunk) {
  const UnigramModel model(Vocabulary({{"a", 1}, {"\n", 1}, {"a\na", 100}}, "lines"));
  EXPECT_EQ(nbest(model, "a\na", 10).size(), 1U);
}

TEST(Nbest, RejectsCountsOutOfRange) {
  const UnigramModel model(repeats());
  EXPECT_THAT(error_text(ErrorKind::bad_option, [&] { nbest(model, "a", 0); }),
              HasSubstr("must be 1 to 10000, found 0"));
  EXPECT_THAT(error_text(ErrorKind::bad_option, [&] { nbest(model, "a", 10'001); }),
              HasSubstr("found 10001"));
}

TEST(Nbest, NamesTheByteThatNoPieceCovers) {
  const UnigramModel model(repeats());
  EXPECT_THAT(error_text(ErrorKind::bad_data, [&] { nbest(model, "aaaz", 2); }),
              HasSubstr("byte 0x7A at offset 3 is covered by no piece"));
}

// Ids and scores of bytepiece 0.6.3.
TEST(PublishedLattices, HaveTheMeasuredBestSegmentation) {
  const auto large = published_model("bytepiece_80k");
  const auto small = published_model("bytepiece.eu.plus.40k");
  if (!large || !small) {
    GTEST_SKIP() << "the published models are not there";
  }
  for (const Arithmetic arithmetic : {Arithmetic::double_precision, Arithmetic::fixed_point}) {
    const Scored best = nbest(UnigramModel(*large, arithmetic), "今天天气不错", 5)[0];
    EXPECT_EQ(best.ids, (std::vector<uint32_t>{37037, 40950, 36144}));
    EXPECT_NEAR(best.score, -31.630533455, 1e-9);
    const Scored best_eu = nbest(UnigramModel(*small, arithmetic), "今天天气不错", 5)[0];
    EXPECT_EQ(best_eu.ids, (std::vector<uint32_t>{18201, 5170, 5782, 18087}));
    EXPECT_NEAR(best_eu.score, -39.452884051, 1e-9);
  }
}

}  // namespace
}  // namespace yonder::tokenizer
