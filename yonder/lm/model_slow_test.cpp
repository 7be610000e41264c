// SPDX-License-Identifier: Apache-2.0
#include "yonder/base/cpu.h"
#include "yonder/base/random.h"
#include "yonder/lm/model.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

namespace yonder::lm {
namespace {

TEST(Session, ReadsAMillionTokensThroughAWindowInTheSameMemory) {
  ModelConfig config;
  config.vocab_size = 20;
  config.hidden_size = 16;
  config.intermediate_size = 16;
  config.layers = 2;
  config.heads = 2;
  config.kv_heads = 1;
  config.head_dim = 8;
  config.train_length = 64;
  const Model model = Model::random(config, 1);
  SessionOptions options;
  options.chunk = 2048;
  Session session(model, model.scheme("lambda:w=48,sinks=4"), options);
  Rng rng(2);
  std::vector<uint32_t> ids(10000);
  uint64_t held = 0;
  uint64_t peak = 0;
  for (int part = 0; part < 100; ++part) {
    for (uint32_t& id : ids) {
      id = static_cast<uint32_t>(rng.below(20));
    }
    const Logits logits = session.feed(ids);
    for (const float logit : logits.values) {
      ASSERT_TRUE(std::isfinite(logit)) << part;
    }
    if (part == 4) {
      held = session.cache_bytes();
      peak = peak_memory();
    }
  }
  EXPECT_EQ(session.length(), 1'000'000);
  EXPECT_EQ(session.cache_bytes(), held);
  EXPECT_LT(peak_memory(), peak + (uint64_t{64} << 20));
}

}  // namespace
}  // namespace yonder::lm
