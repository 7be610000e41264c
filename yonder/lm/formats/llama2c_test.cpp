// SPDX-License-Identifier: Apache-2.0
#include "yonder/lm/formats/llama2c.h"

#include "tests/error_text.h"
#include "yonder/base/file.h"
#include "yonder/lm/formats/llama2c_layout.h"
#include "yonder/nn/random_tensor.h"

#include <ATen/ATen.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

namespace yonder::lm {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

ModelConfig small_config() {
  ModelConfig c;
  c.vocab_size = 7;
  c.hidden_size = 16;
  c.intermediate_size = 24;
  c.layers = 2;
  c.heads = 2;
  c.kv_heads = 1;
  c.head_dim = 8;
  c.train_length = 10;
  return c;
}

nn::NamedTensors random_weights(const ModelConfig& config) {
  nn::NamedTensors weights;
  uint64_t stream = 0;
  for (const auto& [name, shape] : weight_shapes(config)) {
    weights[name] = at::empty(shape, at::kFloat);
    nn::fill_normal(weights[name], 1, 5, stream++);
  }
  return weights;
}

float float_at(const std::string& bytes, uint64_t offset) {
  float value = 0;
  std::memcpy(&value, bytes.data() + offset, 4);
  return value;
}

TEST(Llama2c, WritesRowsOfQueriesInPairsAndTheRopeTables) {
  const ModelConfig config = small_config();
  const nn::NamedTensors weights = random_weights(config);
  const TemporaryFolder folder;
  write_llama2c_v0(config, weights, folder.path() / "m.bin", at::kFloat, {});
  const std::string bytes = read_file(folder.path() / "m.bin");
  const Llama2cLayout layout = parse_llama2c(bytes, "m.bin");
  const auto q = std::find_if(layout.tensors.begin(), layout.tensors.end(), [](const auto& t) {
    return t.name == "model.layers.1.self_attn.q_proj.weight";
  });
  // Row 2c + e of head h in the file is row c + e d/2 of that head in memory.
  const at::Tensor rows = weights.at(q->name);
  for (const auto& [file_row, row] :
       std::vector<std::pair<uint64_t, int64_t>>{{0, 0}, {1, 4}, {2, 1}, {7, 7}, {8, 8}, {9, 12}}) {
    EXPECT_EQ(float_at(bytes, q->offset + file_row * 16 * 4), rows[row][0].item<float>());
  }
  // Position 3, channel 1: angle 3 * 10000^(-2/8).
  EXPECT_FLOAT_EQ(float_at(bytes, layout.rope_tables + (3 * 4 + 1) * 4), std::cos(0.3F));
  EXPECT_FLOAT_EQ(float_at(bytes, layout.rope_tables + (10 * 4 + 3 * 4 + 1) * 4), std::sin(0.3F));
}

TEST(Llama2c, FixesWhatTheFileDoesNotSay) {
  const ModelConfig config = small_config();
  const TemporaryFolder folder;
  write_llama2c_v1(config, random_weights(config), folder.path() / "m.bin", at::kFloat, {});
  const ModelConfig read = read_llama2c(folder.path() / "m.bin").config;
  EXPECT_EQ(read.norm_epsilon, 1e-5);
  EXPECT_EQ(read.rope_base, 1e4);
  EXPECT_EQ(read.train_length, 10);
  EXPECT_EQ(read.train_length_source, "seq_len");
  EXPECT_THAT(read.bos, ElementsAre(1));
}

TEST(Llama2c, ReadsQ8AsValuesTimesScales) {
  // A version-2 file by hand: every tensor's int8 values are i mod 5 - 2, its scales 0.5 + group.
  const Llama2cHeader header{2, 8, 12, 1, 2, 1, 5, 16, false, 4};
  const Llama2cLayout layout = llama2c_layout(header, "m.bin");
  Llama2cHeader v1 = header;
  v1.version = 1;
  std::string bytes = llama2c_header_bytes(v1);
  bytes[4] = 2;
  bytes[37] = 4;
  bytes.resize(layout.size, '\0');
  for (const Llama2cTensor& t : layout.tensors) {
    if (t.scales == 0) {
      continue;
    }
    const uint64_t elements = t.scales - t.offset;
    for (uint64_t i = 0; i < elements; ++i) {
      bytes[t.offset + i] = static_cast<char>(static_cast<int>(i % 5) - 2);
    }
    for (uint64_t g = 0; g < elements / 4; ++g) {
      const float scale = 0.5F + static_cast<float>(g);
      std::memcpy(bytes.data() + t.scales + g * 4, &scale, 4);
    }
  }
  const TemporaryFolder folder;
  write_file(folder.path() / "m.bin", bytes);
  const ModelFiles model = read_llama2c(folder.path() / "m.bin");
  const at::Tensor v = model.weights.at("model.layers.0.self_attn.v_proj.weight").flatten();
  for (int64_t i = 0; i < v.numel(); ++i) {
    const auto expected = static_cast<float>(i % 5 - 2) * (0.5F + static_cast<float>(i / 4));
    EXPECT_EQ(v[i].item<float>(), expected) << i;
  }
  EXPECT_EQ(model.weights.count("lm_head.weight"), 1);
}

TEST(Llama2c, RefusesToWriteWhatItCannotHold) {
  const TemporaryFolder folder;
  const auto refusal = [&](const std::function<void(ModelConfig&)>& change,
                           at::ScalarType dtype = at::kFloat) {
    ModelConfig config = small_config();
    change(config);
    const fs::path path = folder.path() / "m.bin";
    std::string text = error_text(ErrorKind::bad_option, [&] {
      write_llama2c_v0(config, random_weights(config), path, dtype, {});
    });
    EXPECT_FALSE(fs::exists(path));
    return text;
  };
  EXPECT_THAT(refusal([](ModelConfig& c) { c.qkv_bias = true; }), HasSubstr("biases"));
  EXPECT_THAT(refusal([](ModelConfig& c) { c.qk_norm = QkNorm::rms; }), HasSubstr("norms"));
  EXPECT_THAT(refusal([](ModelConfig& c) { c.windows = {4, 4}; }), HasSubstr("windows"));
  EXPECT_THAT(refusal([](ModelConfig& c) { c.scheme = "pi:s=2"; }), HasSubstr("pi:s=2"));
  EXPECT_THAT(refusal([](ModelConfig& c) { c.norm_epsilon = 1e-6; }), HasSubstr("rms_norm_eps"));
  EXPECT_THAT(refusal([](ModelConfig& c) { c.rope_base = 5e5; }), HasSubstr("rope_theta"));
  EXPECT_THAT(refusal([](ModelConfig& c) { c.head_dim = 4; }), HasSubstr("width 4"));
  EXPECT_THAT(refusal([](ModelConfig&) {}, at::kBFloat16), HasSubstr("f32"));
}

}  // namespace
}  // namespace yonder::lm
