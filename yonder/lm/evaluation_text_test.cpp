// SPDX-License-Identifier: Apache-2.0
#include "yonder/lm/evaluation_text.h"

#include "yonder/base/error.h"
#include "yonder/base/random.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <numeric>
#include <set>

namespace yonder::lm {
namespace {

using ::testing::ElementsAre;

std::vector<uint32_t> count_up(size_t n) {
  std::vector<uint32_t> ids(n);
  std::iota(ids.begin(), ids.end(), 100U);
  return ids;
}

std::vector<uint32_t> targets(const ScoredWindow& window) {
  return {window.ids.begin() + window.first, window.ids.end()};
}

TEST(GrowingWindow, ScoresTheSameTargetsUnderEveryLength) {
  const auto sample = count_up(65);
  for (const int64_t length : {8, 16, 64}) {
    const ScoredWindow window = growing_window(sample, length, 4, {});
    EXPECT_EQ(static_cast<int64_t>(window.ids.size()), length + 1);
    EXPECT_THAT(targets(window), ElementsAre(161, 162, 163, 164)) << length;
  }
}

TEST(GrowingWindow, BeginsEveryLengthWithTheTokenThatBeginsTexts) {
  const auto sample = count_up(65);
  const ScoredWindow window = growing_window(sample, 3, 2, 1);
  EXPECT_THAT(window.ids, ElementsAre(1, 162, 163, 164));
  EXPECT_THAT(targets(window), ElementsAre(163, 164));
}

TEST(GrowingWindow, WithoutLastScoresAllTargets) {
  const auto sample = count_up(5);
  EXPECT_THAT(targets(growing_window(sample, 4, 0, {})), ElementsAre(101, 102, 103, 104));
}

TEST(RollingWindows, AreThoseOfTheHarness) {
  // The vector of lm-evaluation-harness's own test of get_rolling_token_windows: tokens 0..33,
  // prefix -100 (here 100), max_seq_len 10, context_len 1.
  std::vector<uint32_t> ids(34);
  std::iota(ids.begin(), ids.end(), 0U);
  const auto windows = rolling_windows(ids, 10, 100, 0);
  ASSERT_EQ(windows.size(), 4U);
  EXPECT_THAT(windows[0].ids, ElementsAre(100, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9));
  EXPECT_THAT(windows[1].ids, ElementsAre(9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19));
  EXPECT_THAT(windows[3].ids, ElementsAre(23, 24, 25, 26, 27, 28, 29, 30, 31, 32, 33));
  EXPECT_EQ(windows[2].first, 1);
  EXPECT_THAT(targets(windows[3]), ElementsAre(30, 31, 32, 33));
}

TEST(RollingWindowsProperty, EveryTargetIsScoredExactlyOnce) {
  rc::check([] {
    const auto n = *rc::gen::inRange<size_t>(2, 200);
    const auto length = *rc::gen::inRange<int64_t>(1, 60);
    const bool with_begin = *rc::gen::arbitrary<bool>();
    const auto ids = count_up(n);
    std::vector<uint32_t> scored;
    for (const ScoredWindow& window :
         rolling_windows(ids, length, with_begin ? std::optional(7U) : std::nullopt, 0)) {
      RC_ASSERT(window.first >= 1);
      RC_ASSERT(static_cast<int64_t>(window.ids.size()) <= length + 1);
      for (const uint32_t id : targets(window)) {
        scored.push_back(id);
      }
    }
    const std::vector<uint32_t> expected(ids.begin() + (with_begin ? 0 : 1), ids.end());
    RC_ASSERT(scored == expected);
  });
}

TEST(HalfWindows, ScoreTheSecondHalfAsLlamaCppDoes) {
  // perplexity.cpp: n_ctx 8, first = n_ctx / 2: logits first .. n_ctx - 2 predict the tokens after
  // them; every window's first token is replaced by BOS.
  std::vector<uint32_t> ids(15);
  std::iota(ids.begin(), ids.end(), 1U);
  const auto windows = half_windows(ids, 8, 0, 0);
  ASSERT_EQ(windows.size(), 2U);
  EXPECT_THAT(windows[0].ids, ElementsAre(0, 1, 2, 3, 4, 5, 6, 7));
  EXPECT_THAT(windows[1].ids, ElementsAre(0, 9, 10, 11, 12, 13, 14, 15));
  EXPECT_THAT(targets(windows[1]), ElementsAre(13, 14, 15));
}

TEST(EvaluationSamples, PlainOnesAreDisjointAndSpreadOverTheText) {
  const auto ids = count_up(1000);
  const auto samples = evaluation_samples(ids, {.longest = 99, .samples = 5});
  ASSERT_EQ(samples.size(), 5U);
  std::set<uint32_t> seen;
  for (const auto& sample : samples) {
    EXPECT_EQ(sample.size(), 100U);
    seen.insert(sample.begin(), sample.end());
  }
  EXPECT_EQ(seen.size(), 500U);
  EXPECT_GE(samples.back().back(), 900U);
}

TEST(EvaluationSamples, FewerThanAskedWhereTheTextIsShort) {
  const auto ids = count_up(1000);
  EXPECT_EQ(evaluation_samples(ids, {.longest = 399, .samples = 50}).size(), 2U);
}

TEST(EvaluationSamples, ATextThatIsTooShortIsAnError) {
  const auto ids = count_up(50);
  try {
    evaluation_samples(ids, {.longest = 99, .samples = 5});
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind, ErrorKind::bad_data);
    EXPECT_STREQ(error.what(),
                 "the text has 50 tokens; a sample needs 100: give a longer text or smaller "
                 "--lengths");
  }
}

TEST(EvaluationSamples, RepeatTilesPassagesBetweenNAndHalfTheLongest) {
  const auto ids = count_up(5000);
  const auto samples = evaluation_samples(
      ids, {.set = "repeat", .longest = 200, .train_length = 30, .samples = 20, .seed = 4});
  ASSERT_EQ(samples.size(), 20U);
  std::set<size_t> lengths;
  for (const auto& sample : samples) {
    ASSERT_EQ(sample.size(), 201U);
    const size_t passage = std::set<uint32_t>(sample.begin(), sample.end()).size();
    EXPECT_GE(passage, 30U);
    EXPECT_LE(passage, 100U);
    lengths.insert(passage);
    for (size_t i = passage; i < sample.size(); ++i) {
      ASSERT_EQ(sample[i], sample[i - passage]);
    }
  }
  EXPECT_GT(lengths.size(), 5U);
}

TEST(EvaluationSamples, RepeatNeedsTwiceTheTrainingLength) {
  const auto ids = count_up(5000);
  EXPECT_THROW(
      evaluation_samples(ids, {.set = "repeat", .longest = 59, .train_length = 30, .samples = 2}),
      Error);
}

TEST(EvaluationSamples, NonRepeatLeavesOutWhatComesTwice) {
  Rng rng(3);
  std::vector<uint32_t> ids;
  for (int i = 0; i < 4000; ++i) {
    ids.push_back(static_cast<uint32_t>(rng.below(50)));
  }
  // A licence text of 80 tokens twice in the first sample.
  std::copy_n(ids.begin() + 10, 80, ids.begin() + 200);
  const auto plain = evaluation_samples(ids, {.longest = 399, .samples = 10});
  const auto without = evaluation_samples(ids, {.set = "nonrepeat", .longest = 399, .samples = 10});
  EXPECT_EQ(plain.size(), 10U);
  EXPECT_EQ(without.size(), 9U);
  EXPECT_EQ(without.front(), plain[1]);
}

TEST(HasRepeatedRunProperty, AgreesWithComparingAllPairs) {
  rc::check([] {
    const auto ids = *rc::gen::container<std::vector<uint32_t>>(rc::gen::inRange<uint32_t>(0, 3));
    const auto run = *rc::gen::inRange<int64_t>(1, 6);
    bool expected = false;
    for (size_t a = 0; a + static_cast<size_t>(run) <= ids.size(); ++a) {
      for (size_t b = a + 1; b + static_cast<size_t>(run) <= ids.size(); ++b) {
        expected = expected || std::equal(ids.begin() + static_cast<int64_t>(a),
                                          ids.begin() + static_cast<int64_t>(a) + run,
                                          ids.begin() + static_cast<int64_t>(b));
      }
    }
    RC_ASSERT(has_repeated_run(ids, run) == expected);
  });
}

}  // namespace
}  // namespace yonder::lm
