// SPDX-License-Identifier: Apache-2.0
// The published model stories260K.bin goes on as its author's program does: greedy text of 200
// steps from nothing but BOS. Source of the text: llama2.c, test_all.py (its beginning also in
// doc/stories260K.md).
#include "yonder/lm/model.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

namespace yonder::lm {
namespace {

constexpr const char* kPublished =
    "Once upon a time, there was a little girl named Lily. She loved to play outside in the park. "
    "One day, she saw a big, red ball. She wanted to play with it, but it was too high.\n"
    "Lily's mom said, \"Lily, let's go to the park.\" Lily was sad and didn't know what to do. She "
    "said, \"I want to play with your ball, but I can't find it.\"\n"
    "Lily was sad and didn't know what to do. She said, \"I'm sorry, Lily. I didn't know what to "
    "do.\"\n"
    "Lily didn't want to help her mom, so she";

TEST(Llama2cGolden, TellsThePublishedStory) {
  const std::filesystem::path file =
      std::filesystem::path(YONDER_DATA_DIR) / "models" / "tinyllamas" / "stories260K.bin";
  if (!std::filesystem::exists(file)) {
    GTEST_SKIP() << file << " is not there";
  }
  LoadOptions one_thread;
  one_thread.threads = 1;
  const Model model = Model::load(file, one_thread);
  Session session(model, model.scheme(""));
  std::vector<uint32_t> ids = {1};
  while (ids.size() <= 200) {
    const Logits logits = session.feed({&ids.back(), 1});
    const auto row = logits.row(0);
    ids.push_back(static_cast<uint32_t>(std::max_element(row.begin(), row.end()) - row.begin()));
  }
  EXPECT_EQ(model.codec().decode(ids), kPublished);
  // In one piece, and in chunks of a session, the same tokens are the most probable ones.
  SessionOptions options;
  options.chunk = 64;
  Session again(model, model.scheme(""), options);
  const Scores scores = again.score(ids, 1);
  EXPECT_EQ(std::count(scores.hit.begin(), scores.hit.end(), 0), 0);
}

}  // namespace
}  // namespace yonder::lm
