// SPDX-License-Identifier: Apache-2.0
#include "yonder/tokenizer/bnlm/piece_counts.h"

#include "yonder/tokenizer/bnlm/training_chunks.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <map>
#include <string>
#include <vector>

namespace yonder::tokenizer {
namespace {

using Counts = std::map<std::string, uint64_t>;

void add(PieceCounter& counter, const std::vector<std::string>& pieces) {
  std::string text;
  std::vector<uint32_t> starts;
  for (const std::string& piece : pieces) {
    starts.push_back(static_cast<uint32_t>(text.size()));
    text += piece;
  }
  const size_t size = text.size();
  text.resize(size + kBatchPadding);
  counter.add(std::string_view(text).substr(0, size), starts);
}

/// Reads a source to its end, checking the order.
void collect(PieceSource& source, Counts& counts) {
  std::string last;
  bool first = true;
  std::string_view piece;
  uint64_t count = 0;
  while (source.next(piece, count)) {
    EXPECT_TRUE(first || last < piece);
    last = piece;
    first = false;
    counts[last] += count;
  }
}

TEST(PieceCounter, CountsPiecesOfEveryLength) {
  Counts spilled;
  PieceCounter counter(size_t{64} << 20, [&](PieceSource& sorted) { collect(sorted, spilled); });
  std::vector<std::string> pieces;
  Counts expected;
  for (size_t length = 1; length <= 40; ++length) {
    for (int last = 0; last < 3; ++last) {
      pieces.push_back(std::string(length - 1, '\0') + static_cast<char>(last));
      expected[pieces.back()] = 2;
    }
  }
  pieces.emplace_back(kMaxChunkBytes, 'x');
  expected[pieces.back()] = 2;
  add(counter, pieces);
  add(counter, pieces);
  EXPECT_EQ(counter.distinct(), expected.size());
  EXPECT_TRUE(spilled.empty());
  counter.drain();
  EXPECT_EQ(spilled, expected);
  EXPECT_EQ(counter.distinct(), 0U);
}

TEST(PieceCounter, LosesNothingWhenItSpills) {
  Counts found;
  int spills = 0;
  PieceCounter counter(0, [&](PieceSource& sorted) {
    ++spills;
    collect(sorted, found);
  });
  Counts expected;
  for (uint64_t i = 0; i < 60; ++i) {
    std::vector<std::string> pieces;
    for (uint64_t k = 0; k < 500; ++k) {
      const uint64_t number = (i * i * 31 + k * 7) % 20000;
      pieces.push_back(std::to_string(number) + std::string(number % 60, '-'));
      ++expected[pieces.back()];
    }
    add(counter, pieces);
  }
  counter.drain();
  EXPECT_GT(spills, 2);
  EXPECT_EQ(found, expected);
}

TEST(PieceCounter, CanBeReadAgainAndAgainOnceSorted) {
  PieceCounter counter(size_t{1} << 20, [](PieceSource&) { FAIL(); });
  add(counter, {"b", "a", "b"});
  for (int i = 0; i < 2; ++i) {
    Counts counts;
    collect(*counter.sorted(), counts);
    EXPECT_EQ(counts, (Counts{{"a", 1}, {"b", 2}}));
  }
}

RC_GTEST_PROP(MergePieces, AddsTheCountsOfAllSources, ()) {
  const auto lists = *rc::gen::container<std::vector<std::vector<std::string>>>(
      rc::gen::container<std::vector<std::string>>(
          rc::gen::nonEmpty(rc::gen::container<std::string>(rc::gen::element('\0', 'a', '\xff')))));
  Counts expected;
  std::vector<std::unique_ptr<PieceCounter>> counters;
  std::vector<std::unique_ptr<PieceSource>> sources;
  for (const auto& list : lists) {
    counters.push_back(
        std::make_unique<PieceCounter>(size_t{1} << 20, [](PieceSource&) { RC_FAIL("spilled"); }));
    add(*counters.back(), list);
    sources.push_back(counters.back()->sorted());
    for (const std::string& piece : list) {
      ++expected[piece];
    }
  }
  Counts found;
  std::string last;
  merge_pieces(sources, [&](std::string_view piece, uint64_t count) {
    RC_ASSERT(last < piece);
    last = piece;
    found[last] = count;
  });
  RC_ASSERT(found == expected);
}

}  // namespace
}  // namespace yonder::tokenizer
