// SPDX-License-Identifier: Apache-2.0
#include "yonder/lm/tasks/task.h"

#include "tests/error_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

namespace yonder::lm {
namespace {

TEST(Tasks, DrawWhatTheirVocabularyAndLengthsSay) {
  for (const Task& task : tasks()) {
    for (const int64_t ids : {8, 65, 513}) {
      Rng rng(1, static_cast<uint64_t>(ids));
      const TaskExample example = task.draw(rng, task.longest(ids));
      EXPECT_LE(std::ssize(example.ids), ids) << task.name;
      EXPECT_GE(std::ssize(example.ids), ids - 1) << task.name;
      EXPECT_GE(example.answer, 1) << task.name;
      EXPECT_LT(example.answer, std::ssize(example.ids)) << task.name;
      EXPECT_LT(*std::max_element(example.ids.begin(), example.ids.end()), task.vocabulary);
    }
    EXPECT_EQ(&find_task(task.name), &task);
  }
  EXPECT_THAT(error_text(ErrorKind::bad_option, [] { find_task("even-pair"); }),
              testing::HasSubstr("even-pairs"));
}

TEST(EvenPairs, CountsThePairsThatDiffer) {
  int yes = 0;
  for (uint64_t stream = 0; stream < 400; ++stream) {
    Rng rng(2, stream);
    const TaskExample example =
        find_task("even-pairs").draw(rng, 1 + static_cast<int64_t>(rng.below(20)));
    int pairs = 0;
    for (size_t i = 0; i + 3 < example.ids.size(); ++i) {
      pairs += example.ids[i] != example.ids[i + 1] ? 1 : 0;
    }
    EXPECT_EQ(example.ids.back() == 4, pairs % 2 == 0);
    yes += pairs % 2 == 0 ? 1 : 0;
  }
  EXPECT_GT(yes, 150);
  EXPECT_LT(yes, 290);
}

TEST(BucketSort, AnswersWithTheSymbolsInOrder) {
  Rng rng(4);
  const TaskExample example = find_task("bucket-sort").draw(rng, 40);
  EXPECT_EQ(example.ids[40], 5U);
  EXPECT_TRUE(std::is_sorted(example.ids.begin() + 41, example.ids.end()));
  EXPECT_TRUE(std::is_permutation(example.ids.begin(), example.ids.begin() + 40,
                                  example.ids.begin() + 41, example.ids.end()));
}

TEST(Copy, SaysTheStringAgain) {
  Rng rng(3);
  const TaskExample example = find_task("copy").draw(rng, 10);
  EXPECT_EQ(example.ids[10], 8U);
  EXPECT_TRUE(std::equal(example.ids.begin(), example.ids.begin() + 10, example.ids.begin() + 11));
  EXPECT_EQ(example.answer, 10);
}

}  // namespace
}  // namespace yonder::lm
