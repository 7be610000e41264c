// SPDX-License-Identifier: Apache-2.0
// A language model that reads sixteen times its training length: frequency tables, position
// schemes, and a session that changes its scheme in the middle.
//
// Build: examples/CMakeLists.txt. Prints: 04_read_past_training.expected.
#include "yonder/lm/model.h"
#include "yonder/lm/position/explain.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <span>
#include <vector>

using namespace yonder::lm;

int main() {
  // What a model's rotation was trained with: 64 channels a head, 2048 tokens.
  const RopeSpec rope{.dims = 64, .base = 1e4, .train_length = 2048};

  // Some schemes slow the rotation down, so that 16 times the tokens turn no further than trained.
  for (const char* kind : {"rope", "pi", "ntk", "yarn"}) {
    const ThetaTable table = yonder::rotary::make_theta(kind, rope, 16);
    std::printf("%-5s fastest %.4f slowest %.3e, logits times %.3f\n", kind, table.theta.front(),
                table.theta.back(), table.logit_factor);
  }

  // Others change the distance that the rotation sees, here by a cap (ReRoPE). The table of a
  // scheme's effects says which keys stand where no key stood in training.
  for (const char* text : {"rope", "pi:s=16", "rerope:w=512", "window:w=2048"}) {
    const auto scheme = PositionScheme::parse(text, rope);
    const Explanation e = explain(scheme, 32768);
    std::printf("%-13s key 0 at distance %6.0f; %5lld keys in sight, %5lld of them untrained\n",
                text, scheme.relative(32767, 0), static_cast<long long>(e.visible_keys),
                static_cast<long long>(e.outside_keys));
  }

  // A model of random weights, trained (let us say) at 32 tokens. Model::load reads real ones.
  ModelConfig config;
  config.vocab_size = 100;
  config.hidden_size = 32;
  config.intermediate_size = 64;
  config.layers = 2;
  config.heads = 4;
  config.kv_heads = 2;
  config.head_dim = 8;
  config.train_length = 32;
  const Model model = Model::random(config, /*seed=*/1);
  std::vector<uint32_t> text;
  for (uint32_t i = 0; i < 512; ++i) {
    text.push_back(i * i % 97);
  }

  // All at once or bit by bit: the same logits.
  const SchemeSet scheme = model.scheme("rerope:w=16+logn:clip");
  Session whole(model, scheme);
  const Logits expected = whole.feed(text);
  Session parts(model, scheme);
  parts.feed(std::span(text).first(300));
  const Logits logits = parts.feed(std::span(text).subspan(300));
  float difference = 0;
  for (size_t v = 0; v < logits.values.size(); ++v) {
    difference = std::max(difference, std::fabs(logits.values[v] - expected.values[v]));
  }
  std::printf("%lld tokens read, bit by bit as at once: %s\n",
              static_cast<long long>(parts.length()), difference < 1e-3F ? "yes" : "no");

  // Keys are kept un-rotated, so another scheme takes over from here; a copy goes its own way.
  Session twin = parts.fork();
  twin.set_scheme(model.scheme("window:w=32"));
  const std::vector<uint32_t> next = {1, 2, 3};
  const bool same = twin.feed(next).values == parts.feed(next).values;
  std::printf("%s goes on as %s does: %s\n", twin.scheme().canonical().c_str(),
              parts.scheme().canonical().c_str(), same ? "yes" : "no");
  return 0;
}
