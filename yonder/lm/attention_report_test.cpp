// SPDX-License-Identifier: Apache-2.0
#include "yonder/lm/attention_report.h"

#include "yonder/base/error.h"
#include "yonder/base/json.h"
#include "yonder/base/random.h"
#include "yonder/lm/position/scheme_reference.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <numeric>

namespace yonder::lm {
namespace {

constexpr int64_t kDims = 8;
constexpr int64_t kTokens = 40;

std::vector<float> normals(uint64_t stream, int64_t n) {
  Rng rng(9, stream);
  std::vector<float> values;
  for (int64_t i = 0; i < n; ++i) {
    values.push_back(static_cast<float>(rng.normal()));
  }
  return values;
}

class AttentionWeights : public ::testing::TestWithParam<const char*> {};

TEST_P(AttentionWeights, AreTheSoftmaxOfTheReferencesLogits) {
  const auto scheme =
      PositionScheme::parse(GetParam(), {.dims = kDims, .train_length = 10}, 40, true);
  const auto q = normals(0, kDims);
  const auto k = normals(1, kTokens * kDims);
  const std::vector<double> wide_q(q.begin(), q.end());
  const std::vector<double> wide_k(k.begin(), k.end());
  for (const int64_t i : {3, 17, 39}) {
    const auto weights =
        attention_weights(scheme, i, q, k, 1 / std::sqrt(static_cast<double>(kDims)), 1, 4);
    const ReferenceRow row = attention_row_reference(scheme, i, wide_q, wide_k, wide_k, {1, 4});
    ASSERT_EQ(weights.size(), row.logits.size());
    for (size_t j = 0; j < weights.size(); ++j) {
      EXPECT_NEAR(weights[j], std::exp(row.logits[j] - row.log_sum_exp), 1e-9) << i << " " << j;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Schemes, AttentionWeights,
                         ::testing::Values("rope", "nope", "window:w=4", "lambda:w=4,sinks=2",
                                           "rerope:w=4+logn:clip", "leaky:w=4,k=4", "yarn:s=4",
                                           "dyn:step=1+ntk", "alibi", "xpos", "selfext:w=4,G=3"));

TEST(AttentionReport, OfRandomWeightsSpreadsOverAllKeys) {
  ModelConfig config;
  config.vocab_size = 257;
  config.hidden_size = 32;
  config.intermediate_size = 64;
  config.layers = 2;
  config.heads = 4;
  config.kv_heads = 2;
  config.head_dim = 8;
  config.train_length = 64;
  const Model model = Model::random(config, 1, {.threads = 1, .tokenizer = ""});
  std::vector<uint32_t> ids;
  Rng rng(4);
  for (int i = 0; i < 256; ++i) {
    ids.push_back(static_cast<uint32_t>(rng.below(257)));
  }
  const AttentionReport report = attention_report(model, ids, {.scheme = "", .length = 256});
  ASSERT_EQ(report.heads.size(), 8U);
  for (const HeadReport& head : report.heads) {
    EXPECT_NEAR(head.entropy_slope, 1, 0.05);
    EXPECT_LT(head.sink_mass, 0.2);
    EXPECT_GT(head.key_norm_mean, 0);
    EXPECT_EQ(head.entropy.back().keys, 256);
    EXPECT_LE(head.entropy.back().entropy, std::log(256.0) + 1e-9);
  }
  EXPECT_EQ(parse_json(report.to_json(), "report").at("heads").array().size(), 8U);
}

TEST(AttentionReport, NeedsALongEnoughTextAndALayerOfAttention) {
  ModelConfig config;
  config.vocab_size = 257;
  config.hidden_size = config.intermediate_size = 16;
  config.layers = 1;
  config.heads = config.kv_heads = 1;
  config.head_dim = 16;
  const Model model = Model::random(config, 1, {.threads = 1, .tokenizer = ""});
  const std::vector<uint32_t> ids(10);
  EXPECT_THROW(attention_report(model, ids, {.scheme = "", .length = 11}), Error);
  config.mixers = {"s4d-lin"};
  const Model without = Model::random(config, 1, {.threads = 1, .tokenizer = ""});
  EXPECT_THROW(attention_report(without, ids, {.scheme = "", .length = 5}), Error);
}

}  // namespace
}  // namespace yonder::lm
