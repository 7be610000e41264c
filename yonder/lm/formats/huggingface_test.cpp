// SPDX-License-Identifier: Apache-2.0
#include "yonder/lm/formats/huggingface.h"

#include "tests/error_text.h"
#include "yonder/base/file.h"
#include "yonder/nn/random_tensor.h"
#include "yonder/nn/safetensors_io.h"

#include <ATen/ATen.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <string>

namespace yonder::lm {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

ModelConfig small_config() {
  ModelConfig c;
  c.vocab_size = 7;
  c.hidden_size = 8;
  c.intermediate_size = 12;
  c.layers = 1;
  c.heads = 2;
  c.kv_heads = 1;
  c.head_dim = 4;
  c.train_length = 10;
  return c;
}

nn::NamedTensors random_weights(const ModelConfig& config) {
  nn::NamedTensors weights;
  uint64_t stream = 0;
  for (const auto& [name, shape] : weight_shapes(config)) {
    weights[name] = at::empty(shape, at::kFloat);
    nn::fill_normal(weights[name], 1, 9, stream++);
  }
  return weights;
}

/// Splits a written folder's weights over two shards, each of a type of its own.
void shard(const fs::path& folder, at::ScalarType first, at::ScalarType second) {
  nn::NamedTensors a;
  nn::NamedTensors b;
  std::string map;
  for (const auto& [name, tensor] : nn::load_safetensors(folder / "model.safetensors")) {
    const bool in_first = name < "model.layers.0.p";
    (in_first ? a : b)[name] = tensor.to(in_first ? first : second).clone();
    map +=
        (map.empty() ? "\"" : ", \"") + name + "\": \"" + (in_first ? "a" : "b") + ".safetensors\"";
  }
  nn::save_safetensors(folder / "a.safetensors", a);
  nn::save_safetensors(folder / "b.safetensors", b);
  fs::remove(folder / "model.safetensors");
  write_file(folder / "model.safetensors.index.json", "{\"weight_map\": {" + map + "}}");
}

class HuggingFace : public ::testing::Test {
 protected:
  HuggingFace() { write_huggingface(small_config(), weights_, path(), at::kFloat, {}); }
  fs::path path() const { return folder_.path() / "m"; }
  std::string refusal(ErrorKind kind = ErrorKind::bad_data) const {
    return error_text(kind, [&] { read_huggingface(path()); });
  }

  TemporaryFolder folder_;
  nn::NamedTensors weights_ = random_weights(small_config());
};

TEST_F(HuggingFace, ReadsShardsOfSeveralTypesAsTheirWidenedValues) {
  shard(path(), at::kHalf, at::kBFloat16);
  const ModelFiles model = read_huggingface(path());
  EXPECT_EQ(model.weight_files.size(), 2);
  ASSERT_EQ(model.weights.size(), weights_.size());
  for (const auto& [name, tensor] : model.weights) {
    const at::ScalarType type = name < "model.layers.0.p" ? at::kHalf : at::kBFloat16;
    EXPECT_TRUE(at::equal(tensor.to(at::kFloat), weights_.at(name).to(type).to(at::kFloat)))
        << name;
  }
}

TEST_F(HuggingFace, IgnoresTheFrequenciesOfOldCheckpointsAndATiedHead) {
  nn::NamedTensors more = weights_;
  more["model.layers.0.self_attn.rotary_emb.inv_freq"] = at::ones({2});
  more["lm_head.weight"] = at::ones({7, 8});
  nn::save_safetensors(path() / "model.safetensors", more);
  EXPECT_EQ(read_huggingface(path()).weights.size(), weights_.size());
}

TEST_F(HuggingFace, TakesTheStopTokensOfGeneration) {
  write_file(path() / "generation_config.json", R"({"eos_token_id": [3, 4]})");
  EXPECT_THAT(read_huggingface(path()).config.eos, ElementsAre(3, 4));
}

TEST_F(HuggingFace, NamesATensorOfAForeignType) {
  nn::NamedTensors more = weights_;
  more["model.norm.weight"] = more["model.norm.weight"].to(at::kDouble);
  nn::save_safetensors(path() / "model.safetensors", more);
  EXPECT_THAT(refusal(), AllOf(HasSubstr("model.norm.weight is of dtype F64"), HasSubstr("BF16")));
}

TEST_F(HuggingFace, SaysWhatTheIndexPromisesInVain) {
  shard(path(), at::kFloat, at::kFloat);
  const fs::path index = path() / "model.safetensors.index.json";
  const std::string good = read_file(index);
  write_file(index, good.substr(0, good.size() - 2) + R"(, "more": "a.safetensors"}})");
  EXPECT_THAT(refusal(),
              AllOf(HasSubstr("a.safetensors: there is no tensor more"), HasSubstr("promises")));
  write_file(index, R"({"weight_map": {"x": "../a.safetensors"}})");
  EXPECT_THAT(refusal(), HasSubstr("'../a.safetensors'"));
  write_file(index, R"({"weight_map": {}})");
  EXPECT_THAT(refusal(), HasSubstr("names no tensor"));
  write_file(index, good);
  fs::remove(path() / "b.safetensors");
  EXPECT_THAT(refusal(ErrorKind::file), HasSubstr("b.safetensors"));
}

TEST_F(HuggingFace, SaysThatTheWeightsAreMissing) {
  fs::remove(path() / "model.safetensors");
  EXPECT_THAT(refusal(ErrorKind::file), HasSubstr("neither model.safetensors nor"));
}

TEST_F(HuggingFace, RefusesAFileThatWasCutOff) {
  const std::string bytes = read_file(path() / "model.safetensors");
  write_file(path() / "model.safetensors", bytes.substr(0, bytes.size() - 3));
  EXPECT_THAT(refusal(), AllOf(HasSubstr("model.safetensors"), HasSubstr("bytes")));
}

}  // namespace
}  // namespace yonder::lm
