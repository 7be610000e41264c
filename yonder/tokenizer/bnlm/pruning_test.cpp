// SPDX-License-Identifier: Apache-2.0
#include "yonder/tokenizer/bnlm/pruning.h"

#include "yonder/base/error.h"
#include "yonder/tokenizer/bnlm/bnlm_reference.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <string>
#include <vector>

namespace yonder::tokenizer {
namespace {

PieceScan scan_of(const NgramMap& pieces) {
  return [&pieces](const PieceSink& sink) {
    for (const auto& [piece, count] : pieces) {
      sink(piece, count);
    }
  };
}

NgramMap map_of(const std::vector<CountedPiece>& pieces) {
  NgramMap map;
  for (const CountedPiece& piece : pieces) {
    map[piece.bytes] = piece.count;
  }
  return map;
}

TEST(Pruning, DropsAPieceThatItsPartsBeat) {
  // p(ab) = 1 / 3255 is less than p(a) p(b) = (1000 / 3255)^2; p(cd) = 1000 / 3255 is not.
  const NgramMap pieces = {{"a", 1000}, {"b", 1000}, {"ab", 1}, {"cd", 1000}};
  const auto out = prune_pieces(scan_of(pieces), {{1000}, 36, 1, 1}, ProgressRef(nullptr));
  const NgramMap kept = map_of(out.at(0));
  EXPECT_EQ(kept.size(), 257U);
  EXPECT_EQ(kept.count("ab"), 0U);
  EXPECT_EQ(kept.at("a"), 1001U);
  EXPECT_EQ(kept.at("cd"), 1000U);
}

TEST(Pruning, GivesPiecesInIdOrder) {
  const NgramMap pieces = {{"zz", 50}, {"yyy", 60}, {"aa", 40}};
  const auto out = prune_pieces(scan_of(pieces), {{1000}, 36, 1, 1}, ProgressRef(nullptr));
  ASSERT_EQ(out.at(0).size(), 259U);
  EXPECT_EQ(out[0][0].bytes, std::string(1, '\0'));
  EXPECT_EQ(out[0][256].bytes, "aa");
  EXPECT_EQ(out[0][257].bytes, "zz");
  EXPECT_EQ(out[0][258].bytes, "yyy");
}

TEST(Pruning, RefusesWhatDoesNotFitIntoMemory) {
  NgramMap pieces;
  for (int i = 0; i < 1000; ++i) {
    pieces["piece " + std::to_string(i)] = 10;
  }
  PruneRule rule{{1000}, 36, 1, 1, 10000};
  EXPECT_THROW(prune_pieces(scan_of(pieces), rule, ProgressRef(nullptr)), Error);
}

RC_GTEST_PROP(Pruning, EqualsTheSlowReferenceForAnyThreads, ()) {
  NgramMap pieces;
  const int n = *rc::gen::inRange(0, 400);
  const int alphabet = *rc::gen::inRange(1, 5);
  for (int i = 0; i < n; ++i) {
    const auto piece = *rc::gen::container<std::string>(rc::gen::map(
        rc::gen::inRange(0, alphabet), [](int c) { return static_cast<char>('\xfe' + c); }));
    if (!piece.empty()) {
      pieces[piece] = *rc::gen::weightedOneOf<uint64_t>(
          {{3, rc::gen::inRange<uint64_t>(1, 6)}, {1, rc::gen::inRange<uint64_t>(1, 100000)}});
    }
  }
  PruneRule rule;
  rule.sizes = {*rc::gen::inRange<int64_t>(300, 400), *rc::gen::inRange<int64_t>(259, 300)};
  rule.max_piece_length = *rc::gen::inRange<uint64_t>(1, 12);
  rule.min_count = *rc::gen::inRange<uint64_t>(1, 4);
  const auto expected = prune_reference(pieces, rule.sizes, rule.max_piece_length, rule.min_count);
  for (rule.threads = 1; rule.threads <= 3; rule.threads += 2) {
    const auto found = prune_pieces(scan_of(pieces), rule, ProgressRef(nullptr));
    RC_ASSERT(found.size() == 2U);
    RC_ASSERT(map_of(found[0]) == expected[0]);
    RC_ASSERT(map_of(found[1]) == expected[1]);
  }
}

}  // namespace
}  // namespace yonder::tokenizer
