// SPDX-License-Identifier: Apache-2.0
#include "yonder/lm/tasks/evaluate_task.h"

#include "tests/error_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace yonder::lm {
namespace {

Model model_with_vocabulary(int64_t size) {
  ModelConfig c;
  c.vocab_size = size;
  c.hidden_size = 16;
  c.intermediate_size = 16;
  c.layers = 1;
  c.heads = c.kv_heads = 2;
  c.head_dim = 8;
  c.train_length = 32;
  LoadOptions options;
  options.threads = 1;
  return Model::random(c, 1, options);
}

TEST(EvaluateTask, CountsAnswersPerSchemeAndLength) {
  TaskEvalOptions options;
  options.task = "copy";
  options.schemes = {"rope", "rerope:w=8"};
  options.lengths = {3, 20};
  options.samples = 5;
  int seen = 0;
  const auto rows =
      evaluate_task(model_with_vocabulary(9), options, [&](const TaskEvalRow&) { ++seen; });
  ASSERT_EQ(rows.size(), 4U);
  EXPECT_EQ(seen, 4);
  EXPECT_EQ(rows[1].length, 20);
  EXPECT_EQ(rows[1].targets, 100);
  EXPECT_LE(rows[1].right, 5);
  EXPECT_EQ(rows[3].scheme, "rerope:w=8");
  EXPECT_THAT(rows[0].to_json(), testing::HasSubstr("\"length\":3,\"samples\":5,"));
}

TEST(EvaluateTask, IsTheSameForTheSameSeed) {
  TaskEvalOptions options;
  options.task = "even-pairs";
  options.lengths = {16};
  options.samples = 20;
  const Model model = model_with_vocabulary(5);
  EXPECT_EQ(evaluate_task(model, options)[0].to_json(), evaluate_task(model, options)[0].to_json());
}

TEST(EvaluateTask, RefusesAModelOfOtherSymbols) {
  TaskEvalOptions options;
  options.task = "copy";
  EXPECT_THAT(
      error_text(ErrorKind::bad_option, [&] { evaluate_task(model_with_vocabulary(50), options); }),
      testing::HasSubstr("the model has 50 tokens and the task copy has 9 symbols"));
}

}  // namespace
}  // namespace yonder::lm
