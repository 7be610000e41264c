// SPDX-License-Identifier: Apache-2.0
// Generation over sessions of a model with random weights; what needs no model is tested in
// generation_loop_test.cpp.
#include "yonder/lm/generator.h"

#include "yonder/base/error.h"
#include "yonder/base/random.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

namespace yonder::lm {
namespace {

Model tiny_model() {
  ModelConfig config;
  config.vocab_size = 257;
  config.hidden_size = 32;
  config.intermediate_size = 64;
  config.layers = 2;
  config.heads = 4;
  config.kv_heads = 2;
  config.head_dim = 8;
  config.train_length = 32;
  return Model::random(config, 5, {.threads = 1, .tokenizer = ""});
}

std::vector<uint32_t> tokens(uint64_t stream, size_t count) {
  Rng rng(2, stream);
  std::vector<uint32_t> ids;
  for (size_t i = 0; i < count; ++i) {
    ids.push_back(static_cast<uint32_t>(rng.below(257)));
  }
  return ids;
}

TEST(FeedEach, GivesWhatEachSessionWouldGiveAlone) {
  const Model model = tiny_model();
  const std::vector<std::string> schemes = {"rope", "rerope:w=8", "window:w=8", "yarn:s=4"};
  std::vector<Session> together;
  std::vector<Session> alone;
  std::vector<uint32_t> next;
  for (size_t s = 0; s < schemes.size(); ++s) {
    together.emplace_back(model, model.scheme(schemes[s]));
    together.back().feed(tokens(s, 5 + 11 * s));
    alone.push_back(together.back().fork());
    next.push_back(static_cast<uint32_t>(7 * s));
  }
  std::vector<Session*> sessions;
  for (Session& session : together) {
    sessions.push_back(&session);
  }
  for (int step = 0; step < 3; ++step) {
    const std::vector<Logits> rows = Session::feed_each(sessions, next);
    for (size_t s = 0; s < schemes.size(); ++s) {
      const Logits expected = alone[s].feed(std::span(next).subspan(s, 1));
      EXPECT_EQ(together[s].length(), alone[s].length());
      for (size_t i = 0; i < expected.values.size(); ++i) {
        ASSERT_NEAR(rows[s].values[i], expected.values[i], 1e-5) << schemes[s];
      }
    }
  }
}

TEST(FeedEach, ABadTokenChangesNoSession) {
  const Model model = tiny_model();
  Session a(model, model.scheme(""));
  Session b(model, model.scheme(""));
  a.feed(tokens(0, 4));
  b.feed(tokens(1, 6));
  const std::vector<Session*> both = {&a, &b};
  const std::vector<uint32_t> ids = {3, 999};
  EXPECT_THROW(Session::feed_each(both, ids), Error);
  EXPECT_EQ(a.length(), 4);
  EXPECT_EQ(b.length(), 6);
}

TEST(Generate, OneAfterTheOtherGivesOneLongerText) {
  const Model model = tiny_model();
  const auto codec = make_byte_codec();
  GenerateOptions options;
  options.sampling.temperature = 1;
  options.sampling.seed = 3;
  options.ignore_eos = true;
  options.max_tokens = 20;
  Session whole(model, model.scheme("rerope:w=8"));
  const Generated all = generate(whole, *codec, tokens(0, 10), options);
  options.max_tokens = 8;
  Session parts(model, model.scheme("rerope:w=8"));
  const Generated first = generate(parts, *codec, tokens(0, 10), options);
  options.max_tokens = 12;
  const Generated second = generate(parts, *codec, {&first.ids.back(), 1}, options);
  std::vector<uint32_t> joined = first.ids;
  joined.insert(joined.end(), second.ids.begin(), second.ids.end());
  EXPECT_EQ(joined, all.ids);
}

TEST(Session, ShowsQueriesAndKeysOfEveryLayer) {
  const Model model = tiny_model();
  Session session(model, model.scheme(""));
  std::vector<int64_t> layers;
  session.observe([&](const AttentionView& view) {
    layers.push_back(view.layer);
    EXPECT_EQ(view.q.size(), static_cast<size_t>(4 * 6 * 8));
    EXPECT_EQ(view.k.size(), static_cast<size_t>(2 * 6 * 8));
    EXPECT_EQ(view.keys_of(3).data(), view.keys_of(2).data());
    EXPECT_EQ(view.query(1, 0).data(), view.q.data() + 6 * 8);
    EXPECT_NEAR(view.factor, 1 / std::sqrt(8.0), 1e-12);
  });
  session.feed(tokens(0, 6));
  EXPECT_EQ(layers, (std::vector<int64_t>{0, 1}));
}

}  // namespace
}  // namespace yonder::lm
