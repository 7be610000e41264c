// SPDX-License-Identifier: Apache-2.0
#include "yonder/lm/transformer_module.h"

#include "yonder/lm/formats/table.h"

#include <gtest/gtest.h>

#include <cmath>
#include <map>

namespace yonder::lm {
namespace {

ModelConfig small_config(QkNorm norm = QkNorm::none) {
  ModelConfig c;
  c.vocab_size = 31;
  c.hidden_size = 24;
  c.intermediate_size = 40;
  c.layers = 2;
  c.heads = 4;
  c.kv_heads = 2;
  c.head_dim = 6;
  c.train_length = 32;
  c.qk_norm = norm;
  return c;
}

Transformer network(const ModelConfig& config, at::ScalarType compute = at::kFloat) {
  Transformer model(config, compute);
  model->initialize(1);
  return model;
}

/// Mean of the values: enough to look at what goes in and out.
at::Tensor mean_attention(const at::Tensor& q, const at::Tensor& v) {
  return v.mean(2, /*keepdim=*/true).repeat_interleave(2, 1).expand_as(q).contiguous();
}

struct Seen {
  at::Tensor q, k, v;
};

std::map<int64_t, Seen> what_layers_ask(const ModelConfig& config) {
  std::map<int64_t, Seen> seen;
  network(config)->forward(
      torch::arange(10).view({2, 5}),
      [&](int64_t layer, const at::Tensor& q, const at::Tensor& k, const at::Tensor& v) {
        seen[layer] = {q, k, v};
        return mean_attention(q, v);
      });
  return seen;
}

TEST(Transformer, HasTheNamesAndShapesOfItsFormat) {
  for (const QkNorm norm : {QkNorm::none, QkNorm::rms, QkNorm::key}) {
    ModelConfig config = small_config(norm);
    config.tied_embeddings = norm == QkNorm::rms;
    config.qkv_bias = norm == QkNorm::key;
    config.mixers = norm == QkNorm::key ? std::vector<std::string>{"s4-legt", "attention"}
                                        : std::vector<std::string>{};
    std::map<std::string, std::vector<int64_t>> shapes;
    int64_t parameters = 0;
    for (const auto& item : network(config)->named_parameters()) {
      shapes[item.key()] = item.value().sizes().vec();
      parameters += item.value().numel();
    }
    EXPECT_EQ(shapes, weight_shapes(config)) << qk_norm_name(norm);
    EXPECT_EQ(parameters, config.parameter_count()) << qk_norm_name(norm);
  }
}

TEST(Transformer, StartsFromItsSeed) {
  const Transformer a = network(small_config());
  const Transformer b = network(small_config());
  Transformer c(small_config(), at::kFloat);
  c->initialize(2);
  for (const auto& item : a->named_parameters()) {
    EXPECT_TRUE(torch::equal(item.value(), b->named_parameters()[item.key()]));
    if (item.value().dim() > 1) {
      EXPECT_FALSE(torch::equal(item.value(), c->named_parameters()[item.key()])) << item.key();
      const double deviation = item.key().find("o_proj") != std::string::npos ||
                                       item.key().find("down_proj") != std::string::npos
                                   ? 0.01
                                   : 0.02;
      EXPECT_NEAR(item.value().std().item<double>(), deviation, 0.2 * deviation) << item.key();
    }
  }
}

TEST(Transformer, AsksEachLayerOnceWithHeadsApart) {
  const auto seen = what_layers_ask(small_config());
  ASSERT_EQ(seen.size(), 2U);
  EXPECT_EQ(seen.at(1).q.sizes(), at::IntArrayRef({2, 4, 5, 6}));
  EXPECT_EQ(seen.at(1).k.sizes(), at::IntArrayRef({2, 2, 5, 6}));
  EXPECT_EQ(seen.at(1).v.sizes(), at::IntArrayRef({2, 2, 5, 6}));
}

TEST(Transformer, NormsMakeUnitLengthsWhereTheySaySo) {
  const auto is_unit = [](const at::Tensor& t) {
    return torch::allclose(t.norm(2, -1), torch::ones({1}), 1e-4, 1e-4);
  };
  const auto seen = [&](QkNorm norm) { return what_layers_ask(small_config(norm)).at(0); };
  EXPECT_FALSE(is_unit(seen(QkNorm::none).q) || is_unit(seen(QkNorm::none).k));
  EXPECT_TRUE(is_unit(seen(QkNorm::query).q) && !is_unit(seen(QkNorm::query).k));
  EXPECT_TRUE(!is_unit(seen(QkNorm::key).q) && is_unit(seen(QkNorm::key).k));
  EXPECT_TRUE(is_unit(seen(QkNorm::cosine).q) && is_unit(seen(QkNorm::cosine).k));
  // RMSNorm with gains of 1: length sqrt(d).
  EXPECT_TRUE(torch::allclose(seen(QkNorm::rms).q.norm(2, -1), torch::full({1}, std::sqrt(6.0)),
                              0.05, 0.05));
}

TEST(Transformer, ScalesLogitsAsTheNormAsks) {
  EXPECT_DOUBLE_EQ(attention_scale(small_config()), 1 / std::sqrt(6.0));
  EXPECT_DOUBLE_EQ(attention_scale(small_config(QkNorm::rms)), 1 / std::sqrt(6.0));
  EXPECT_DOUBLE_EQ(attention_scale(small_config(QkNorm::key)), 1);
  EXPECT_DOUBLE_EQ(attention_scale(small_config(QkNorm::query)), 1);
  EXPECT_DOUBLE_EQ(attention_scale(small_config(QkNorm::cosine)), 4 * std::log(16.0));
}

TEST(Transformer, TakesStateSpaceLayersInAnyPlace) {
  ModelConfig config = small_config();
  config.layers = 3;
  config.mixers = {"s4d-inv", "attention", "rtf"};
  config.ssm_state = 8;
  const torch::NoGradGuard no_grad;
  Transformer model = network(config);
  // Attention that looks at its own position only, so that states alone carry the text.
  const auto own_value = [](int64_t layer, const at::Tensor& q, const at::Tensor&,
                            const at::Tensor& v) {
    EXPECT_EQ(layer, 1);
    return v.repeat_interleave(2, 1).expand_as(q).contiguous();
  };
  const at::Tensor ids = torch::arange(40).view({2, 20});
  const at::Tensor at_once = model->forward(ids.remainder(31), own_value);
  LayerStates states = model->start_states(2);
  EXPECT_FALSE(states[1].defined());
  EXPECT_EQ(states[2].sizes(), at::IntArrayRef({2, 24, 8}));
  std::vector<at::Tensor> pieces;
  for (const auto& [begin, end] : {std::pair{0, 13}, {13, 14}, {14, 20}}) {
    pieces.push_back(model->forward(ids.remainder(31).slice(1, begin, end), own_value, &states));
  }
  EXPECT_LT((torch::cat(pieces, 1) - at_once).abs().max().item<double>(), 2e-5);
}

TEST(Transformer, InBfloat16StaysNear) {
  const at::Tensor ids = torch::arange(10).view({2, 5});
  const auto logits = [&](at::ScalarType compute) {
    Transformer model = network(small_config(), compute);
    const auto attend = [](int64_t, const at::Tensor& q, const at::Tensor&, const at::Tensor& v) {
      return mean_attention(q, v);
    };
    return model->logits(model->forward(ids, attend)).to(at::kFloat);
  };
  const at::Tensor wide = logits(at::kFloat);
  EXPECT_LT((logits(at::kBFloat16) - wide).abs().max().item<double>(),
            0.02 * wide.abs().max().item<double>());
}

}  // namespace
}  // namespace yonder::lm
