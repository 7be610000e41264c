// SPDX-License-Identifier: Apache-2.0
#include "yonder/tokenizer/piece_trie.h"

#include "tests/error_text.h"
#include "tests/random_text.h"
#include "yonder/base/random.h"
#include "yonder/tokenizer/vocabulary.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <map>
#include <string>
#include <utility>
#include <vector>

namespace yonder::tokenizer {
namespace {

using testing::HasSubstr;
using Found = std::vector<std::pair<size_t, uint32_t>>;  // (length, id)

// The pieces of a vocabulary as a trie and, obviously right, as a map.
struct Pair {
  explicit Pair(const Vocabulary& vocabulary) {
    for (uint32_t id = kFirstPieceId; id < vocabulary.size(); ++id) {
      pieces.push_back(vocabulary.piece(id));
      counts.push_back(vocabulary.count(id));
      ids[std::string(vocabulary.piece(id))] = id;
    }
    trie = PieceTrie(pieces, counts, kFirstPieceId);
  }
  std::vector<std::string_view> pieces;
  std::vector<uint64_t> counts;
  std::map<std::string, uint32_t> ids;
  PieceTrie trie;
};

Found suffixes(const PieceTrie& trie, std::string_view text, size_t end, size_t max_length) {
  Found found;
  trie.for_each_suffix(text, end, max_length,
                       [&](size_t length, uint32_t id) { found.emplace_back(length, id); });
  return found;
}

RC_GTEST_PROP(PieceTrie, FindsWhatAMapOfAllPiecesFinds, (uint64_t seed)) {
  Rng rng(seed);
  const std::string alphabet = rng.below(2) == 0 ? all_bytes() : std::string("ab\0\xFF", 4);
  const Vocabulary vocabulary = random_vocabulary(rng, alphabet, rng.below(400), 1 + rng.below(8));
  const Pair pair(vocabulary);
  const std::string text = random_text(rng, 200, alphabet);
  for (size_t end = 1; end <= text.size(); ++end) {
    const size_t max_length = std::min<size_t>(end, 1 + rng.below(12));
    Found expected;
    for (size_t length = 1; length <= max_length; ++length) {
      const auto place = pair.ids.find(text.substr(end - length, length));
      if (place != pair.ids.end()) {
        expected.emplace_back(length, place->second);
      }
      RC_ASSERT(pair.trie.find(text.substr(end - length, length)) ==
                (place == pair.ids.end() ? std::nullopt : std::optional(place->second)));
    }
    RC_ASSERT(suffixes(pair.trie, text, end, max_length) == expected);
  }
  for (const auto& [piece, id] : pair.ids) {
    RC_ASSERT(pair.trie.find(piece) == id);
  }
}

TEST(PieceTrie, FindsPiecesOfManyLengths) {
  std::vector<CountedPiece> pieces;
  for (size_t length = 1; length <= 300; ++length) {
    pieces.push_back({std::string(length, 'x'), length});
  }
  const Vocabulary vocabulary(std::move(pieces), "long");
  const Pair pair(vocabulary);
  const std::string text(400, 'x');
  EXPECT_EQ(suffixes(pair.trie, text, 400, 400).size(), 300U);
  EXPECT_EQ(suffixes(pair.trie, text, 400, 17).size(), 17U);
  EXPECT_EQ(suffixes(pair.trie, text, 400, 0).size(), 0U);
  EXPECT_EQ(pair.trie.find(std::string(300, 'x')), 302U);
  EXPECT_EQ(pair.trie.find(std::string(301, 'x')), std::nullopt);
}

TEST(PieceTrie, FindsNothingInNothing) {
  EXPECT_EQ(PieceTrie().find("a"), std::nullopt);
  EXPECT_EQ(PieceTrie({}, {}, kFirstPieceId).find("a"), std::nullopt);
  EXPECT_EQ(Pair(Vocabulary({{"a", 1}}, "a")).trie.find(""), std::nullopt);
}

TEST(PieceTrie, LeavesIdsWithoutAPieceOut) {
  const std::vector<std::string_view> pieces = {"a", "", "ba"};
  const std::vector<uint64_t> counts = {1, 0, 1};
  const PieceTrie trie(pieces, counts, kFirstPieceId);
  EXPECT_EQ(suffixes(trie, "ba", 2, 2), (Found{{1, 3}, {2, 5}}));
}

class StoredPieceTrie : public testing::Test {
 protected:
  StoredPieceTrie()
      : vocabulary_({{"a", 5}, {"b", 5}, {"ba", 3}, {"aba", 2}, {"bba", 2}, {"ababa", 1}}, "v"),
        pair_(vocabulary_),
        singles_(pair_.trie.singles()),
        pairs_(pair_.trie.pairs()),
        nodes_(pair_.trie.nodes()) {}
  PieceTrie load() const {
    return PieceTrie(singles_, pairs_, nodes_, pair_.pieces, kFirstPieceId, "x.ytc");
  }
  std::string failure() const {
    return error_text(ErrorKind::bad_data, [&] { load(); });
  }
  PieceTrie::Node& node_of(uint32_t id) {
    return *std::find_if(nodes_.begin(), nodes_.end(),
                         [&](const PieceTrie::Node& node) { return node.id == id; });
  }
  Vocabulary vocabulary_;
  Pair pair_;
  std::vector<PieceTrie::Node> singles_;
  std::vector<PieceTrie::Node> pairs_;
  std::vector<PieceTrie::Node> nodes_;
};

TEST_F(StoredPieceTrie, IsTheTrieThatWasStored) {
  const PieceTrie trie = load();
  EXPECT_EQ(suffixes(trie, "ababa", 5, 5), suffixes(pair_.trie, "ababa", 5, 5));
}

TEST_F(StoredPieceTrie, RejectsArraysOfImpossibleSizes) {
  pairs_.pop_back();
  EXPECT_THAT(failure(), HasSubstr("x.ytc: the trie's arrays have impossible sizes"));
  pairs_.emplace_back();
  nodes_.clear();
  EXPECT_THAT(failure(), HasSubstr("impossible sizes"));
}

TEST_F(StoredPieceTrie, RejectsALinkOutOfTheArrays) {
  node_of(6).base_label = 0xFFFFFF00U | (node_of(6).base_label & 0xFF);
  EXPECT_THAT(failure(), HasSubstr("link to a wrong place"));
}

TEST_F(StoredPieceTrie, RejectsALinkToTheEmptySlots) {
  node_of(6).base_label = 1U << 8 | (node_of(6).base_label & 0xFF);
  EXPECT_THAT(failure(), HasSubstr("link to a wrong place"));
}

TEST_F(StoredPieceTrie, RejectsTwoParentsOfOneNode) {
  PieceTrie::Node& leaf = node_of(8);
  leaf.base_label |= pairs_[size_t{'a'} << 8 | 'b'].base_label & 0xFFFFFF00U;
  EXPECT_THAT(failure(), HasSubstr("link to a wrong place"));
}

TEST_F(StoredPieceTrie, RejectsIdsOfOtherPieces) {
  std::swap(node_of(6).id, node_of(7).id);
  EXPECT_THAT(failure(), HasSubstr("does not hold the piece of id 6"));
}

TEST_F(StoredPieceTrie, RejectsIdsThatNoPieceHas) {
  pairs_[0].id = 1000;
  EXPECT_THAT(failure(), HasSubstr("more than the pieces"));
}

TEST_F(StoredPieceTrie, RejectsNodesThatLeadNowhere) {
  nodes_.back().base_label = 'q';
  EXPECT_THAT(failure(), HasSubstr("more than the pieces"));
}

}  // namespace
}  // namespace yonder::tokenizer
