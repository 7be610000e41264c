// SPDX-License-Identifier: Apache-2.0
#include "yonder/lm/training_data.h"

#include "tests/error_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>
#include <set>

namespace yonder::lm {
namespace {

/// 0, 1, 2, ...: a window is told by its first id, a repeat by ids that fall.
std::vector<uint32_t> counting(uint32_t n) {
  std::vector<uint32_t> ids(n);
  std::iota(ids.begin(), ids.end(), 0U);
  return ids;
}

struct Drawn {
  std::vector<uint32_t> ids;
  std::vector<uint8_t> counts;
  bool operator==(const Drawn&) const = default;
};

Drawn draw(const SequenceSource& source, uint64_t step, uint64_t index, size_t length = 33) {
  Drawn drawn{std::vector<uint32_t>(length, 77), std::vector<uint8_t>(length, 7)};
  source.sequence(step, index, drawn.ids, drawn.counts);
  return drawn;
}

bool is_plain(const std::vector<uint32_t>& ids) {
  for (size_t i = 1; i < ids.size(); ++i) {
    if (ids[i] != ids[i - 1] + 1) {
      return false;
    }
  }
  return true;
}

TEST(TextSequences, AreWindowsOfTheTextFromEndToEnd) {
  const TextSequences source(counting(40), 32, 0, 5);
  std::set<uint32_t> starts;
  for (uint64_t step = 0; step < 200; ++step) {
    const Drawn drawn = draw(source, step, 3);
    EXPECT_TRUE(is_plain(drawn.ids));
    EXPECT_EQ(std::count(drawn.counts.begin(), drawn.counts.end(), 1), 33);
    starts.insert(drawn.ids.front());
  }
  EXPECT_EQ(starts.size(), 8U);  // 0 .. 7
}

TEST(TextSequences, DependOnSeedStepAndIndexAlone) {
  const TextSequences source(counting(10000), 32, 0.5, 5);
  const TextSequences other(counting(10000), 32, 0.5, 6);
  const Drawn drawn = draw(source, 7, 2);
  draw(source, 8, 1);
  EXPECT_EQ(draw(source, 7, 2), drawn);
  EXPECT_NE(draw(source, 7, 3), drawn);
  EXPECT_NE(draw(source, 8, 2), drawn);
  EXPECT_NE(draw(other, 7, 2), drawn);
}

TEST(TextSequences, RepeatAPassageInTheAskedPart) {
  const TextSequences source(counting(10000), 32, 0.25, 5);
  int repeats = 0;
  for (uint64_t step = 0; step < 2000; ++step) {
    const Drawn drawn = draw(source, step, 0);
    if (is_plain(drawn.ids)) {
      continue;
    }
    ++repeats;
    // Some passage of at least an eighth stands twice, without overlap.
    bool found = false;
    for (size_t a = 0; a + 8 <= 33 && !found; ++a) {
      for (size_t b = a + 4; b + 4 <= 33 && !found; ++b) {
        found = std::equal(drawn.ids.begin() + static_cast<ptrdiff_t>(a),
                           drawn.ids.begin() + static_cast<ptrdiff_t>(a) + 4,
                           drawn.ids.begin() + static_cast<ptrdiff_t>(b));
      }
    }
    EXPECT_TRUE(found);
  }
  EXPECT_NEAR(repeats, 500, 100);  // five deviations
}

TEST(TextSequences, TilesAPassage) {
  const TextSequences source(counting(100), 32, 0, 5);
  Drawn drawn{std::vector<uint32_t>(33), std::vector<uint8_t>(33)};
  source.tiled(1, 2, 16, drawn.ids, drawn.counts);
  for (size_t i = 16; i < 33; ++i) {
    EXPECT_EQ(drawn.ids[i], drawn.ids[i - 16]);
  }
  EXPECT_EQ(std::accumulate(drawn.counts.begin(), drawn.counts.end(), 0), 16);
  EXPECT_EQ(drawn.counts[16], 0);
  EXPECT_EQ(drawn.counts[17], 1);
}

TEST(TextSequences, NeedMoreTextThanTheContext) {
  EXPECT_THAT(
      error_text(ErrorKind::bad_data, [] { TextSequences(counting(32), 32, 0, 0); }),
      testing::HasSubstr("the text has 32 tokens; training at --context 32 needs more than that"));
  const TextSequences smallest(counting(33), 32, 1, 0);
  draw(smallest, 0, 0);
}

TEST(TaskSequences, CountAnswersOnly) {
  const Task& copy = find_task("copy");
  const TaskSequences source(copy, /*longest_only=*/false, 3);
  std::set<ptrdiff_t> lengths;
  for (uint64_t step = 0; step < 300; ++step) {
    const Drawn drawn = draw(source, step, 0);
    const auto mark = std::find(drawn.ids.begin(), drawn.ids.end(), 8U) - drawn.ids.begin();
    lengths.insert(mark);
    for (ptrdiff_t i = 0; i < 33; ++i) {
      EXPECT_EQ(drawn.counts[static_cast<size_t>(i)], i > mark && i <= 2 * mark ? 1 : 0);
    }
  }
  EXPECT_EQ(lengths.size(), 16U);
  EXPECT_EQ(*lengths.rbegin(), 16);
}

TEST(TaskSequences, AreAsLongAsCanBeWhereAsked) {
  const TaskSequences source(find_task("copy"), /*longest_only=*/true, 3);
  const Drawn drawn = draw(source, 1, 1);
  EXPECT_EQ(drawn.ids[16], 8U);
  EXPECT_EQ(std::accumulate(drawn.counts.begin(), drawn.counts.end(), 0), 16);
}

}  // namespace
}  // namespace yonder::lm
