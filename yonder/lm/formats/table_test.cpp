// SPDX-License-Identifier: Apache-2.0
// What every format must do, over the rows of the table, and the checks between config and weights.
#include "yonder/lm/formats/table.h"

#include "tests/error_text.h"
#include "yonder/base/file.h"
#include "yonder/nn/random_tensor.h"

#include <ATen/ATen.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <limits>
#include <string>

namespace yonder::lm {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::HasSubstr;

/// What every format can hold.
ModelConfig plain_config(bool tied) {
  ModelConfig c;
  c.vocab_size = 19;
  c.hidden_size = 16;
  c.intermediate_size = 24;
  c.layers = 2;
  c.heads = 4;
  c.kv_heads = 2;
  c.head_dim = 4;
  c.train_length = 32;
  c.tied_embeddings = tied;
  return c;
}

nn::NamedTensors random_weights(const ModelConfig& config) {
  nn::NamedTensors weights;
  uint64_t stream = 0;
  for (const auto& [name, shape] : weight_shapes(config)) {
    weights[name] = at::empty(shape, at::kFloat);
    nn::fill_normal(weights[name], 1, 3, stream++);
  }
  return weights;
}

void expect_equal(const nn::NamedTensors& a, const nn::NamedTensors& b) {
  ASSERT_EQ(a.size(), b.size());
  for (const auto& [name, tensor] : a) {
    ASSERT_EQ(b.count(name), 1) << name;
    EXPECT_TRUE(at::equal(tensor, b.at(name))) << name;
  }
}

TEST(ModelFormats, AllBringBackTheWeightsThatWereWritten) {
  for (const std::string& format : model_format_names()) {
    for (const bool tied : {true, false}) {
      const ModelConfig config = plain_config(tied);
      const nn::NamedTensors weights = random_weights(config);
      const TemporaryFolder folder;
      write_model(config, weights, folder.path() / "m", format, at::kFloat);
      const ModelFiles read = read_model(folder.path() / "m");
      expect_equal(read.weights, weights);
      EXPECT_EQ(read.config.train_length, 32) << format;
      EXPECT_EQ(read.config.tied_embeddings, tied) << format;
      EXPECT_EQ(read.weight_files.size(), 1) << format;
    }
  }
}

TEST(ModelFormats, RefuseAnUnknownNameWithTheNearest) {
  const ModelConfig config = plain_config(true);
  EXPECT_THAT(error_text(ErrorKind::bad_option,
                         [&] { write_model(config, {}, "x", "lama2c", at::kFloat); }),
              HasSubstr("llama2c"));
}

TEST(ModelFormats, SayWhatIsKnownOfAPathThatIsNone) {
  const TemporaryFolder folder;
  EXPECT_THAT(error_text(ErrorKind::file, [&] { read_model(folder.path() / "nothing"); }),
              HasSubstr("no such file"));
  EXPECT_THAT(error_text(ErrorKind::bad_data, [&] { read_model(folder.path()); }),
              AllOf(HasSubstr("no model that is known"), HasSubstr("huggingface")));
  write_file(folder.path() / "t.txt", "{\"once\": \"upon a time there was a little file\"}");
  EXPECT_THAT(error_text(ErrorKind::bad_data, [&] { read_model(folder.path() / "t.txt"); }),
              HasSubstr("no model that is known"));
}

std::string refusal(const ModelConfig& config, const nn::NamedTensors& weights) {
  const TemporaryFolder folder;
  write_model(config, weights, folder.path() / "m", "huggingface", at::kFloat);
  return error_text(ErrorKind::bad_data, [&] { read_model(folder.path() / "m"); });
}

TEST(ModelFormats, NameMissingAndExtraTensorsUpToFive) {
  const ModelConfig config = plain_config(true);
  nn::NamedTensors weights = random_weights(config);
  weights.erase("model.norm.weight");
  EXPECT_THAT(refusal(config, weights), HasSubstr("1 tensors are missing: model.norm.weight"));
  for (const char* name : {"q", "k", "v", "o"}) {
    weights.erase(std::string("model.layers.0.self_attn.") + name + "_proj.weight");
    weights.erase(std::string("model.layers.1.self_attn.") + name + "_proj.weight");
  }
  EXPECT_THAT(refusal(config, weights), AllOf(HasSubstr("9 tensors"), HasSubstr("and 4 more")));
  weights = random_weights(config);
  weights["model.layers.0.self_attn.q_norm.weight"] = at::ones({4});
  EXPECT_THAT(refusal(config, weights), HasSubstr("q_norm"));
}

TEST(ModelFormats, NameTheTensorOfAnotherShape) {
  const ModelConfig config = plain_config(true);
  nn::NamedTensors weights = random_weights(config);
  weights["model.norm.weight"] = at::ones({17});
  EXPECT_THAT(refusal(config, weights),
              AllOf(HasSubstr("model.norm.weight has the shape [17]"), HasSubstr("[16]")));
}

TEST(ModelFormats, NameTheWeightThatIsNotFinite) {
  const ModelConfig config = plain_config(true);
  nn::NamedTensors weights = random_weights(config);
  weights["model.layers.1.mlp.up_proj.weight"][1][2] = std::nan("");
  EXPECT_THAT(refusal(config, weights),
              AllOf(HasSubstr("model.layers.1.mlp.up_proj.weight holds nan at index 18"),
                    HasSubstr("1 such")));
}

TEST(ModelFormats, TakeWeightsWhoseSumOverflows) {
  const ModelConfig config = plain_config(true);
  nn::NamedTensors weights = random_weights(config);
  weights["model.norm.weight"].fill_(std::numeric_limits<float>::max());
  const TemporaryFolder folder;
  write_model(config, weights, folder.path() / "m", "huggingface", at::kFloat);
  EXPECT_NO_THROW(read_model(folder.path() / "m"));
}

}  // namespace
}  // namespace yonder::lm
