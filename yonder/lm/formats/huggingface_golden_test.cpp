// SPDX-License-Identifier: Apache-2.0
// Checkpoints of every family and rope_scaling, written by transformers with random weights, give
// the logits that transformers gives: tests/golden/make/lm_checkpoints.py. Both sides compute in
// float32, in another order; logits here are of size 5 to 10, and agree to some 1e-5.
#include "yonder/base/file.h"
#include "yonder/lm/model.h"
#include "yonder/nn/safetensors_io.h"

#include <ATen/ATen.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <vector>

namespace yonder::lm {
namespace {

namespace fs = std::filesystem;

constexpr double kTolerance = 2e-4;

fs::path golden() { return fs::path(YONDER_SOURCE_DIR) / "tests" / "golden" / "lm"; }

Model load(const fs::path& path) {
  LoadOptions options;
  options.threads = 1;  // these models are too small for more
  return Model::load(path, options);
}

/// Compares with expected logits, over the long text and the short one.
void expect_logits(const Model& model, const nn::NamedTensors& expected) {
  for (const std::string kind : {"long", "short"}) {
    const at::Tensor ids = expected.at("ids_" + kind);
    const at::Tensor logits = expected.at("logits_" + kind);
    std::vector<uint32_t> tokens;
    for (int64_t t = 0; t < ids.numel(); ++t) {
      tokens.push_back(static_cast<uint32_t>(ids[t].item<int64_t>()));
    }
    SessionOptions options;
    options.chunk = 17;
    Session session(model, model.scheme(""), options);
    Logits found = session.feed_all(tokens);
    const at::Tensor ours = at::from_blob(found.values.data(), {found.rows, found.vocab});
    const double error = (ours - logits).abs().max().item<double>();
    EXPECT_LE(error, kTolerance) << kind;
    EXPECT_GT(logits.abs().max().item<double>(), 1);
  }
}

TEST(HuggingFaceGolden, EveryFamilyGivesTransformersLogits) {
  for (const char* family : {"llama_sharded", "smollm2", "mistral", "qwen2", "qwen3", "smollm3"}) {
    SCOPED_TRACE(family);
    const Model model = load(golden() / family);
    expect_logits(model, nn::load_safetensors(golden() / family / "expected.safetensors"));
  }
}

TEST(HuggingFaceGolden, EveryRopeScalingGivesTransformersLogits) {
  for (const std::string kind : {"linear", "dynamic", "yarn", "yarn_all", "llama3", "longrope"}) {
    SCOPED_TRACE(kind);
    const fs::path source = golden() / "llama_scaled";
    const TemporaryFolder folder;
    fs::copy(source / "model.safetensors", folder.path());
    fs::copy(source / ("config." + kind + ".json"), folder.path() / "config.json");
    const Model model = load(folder.path());
    const auto expected = nn::load_safetensors(source / ("expected." + kind + ".safetensors"));
    expect_logits(model, expected);
    // What we write says the same.
    model.save(folder.path() / "again", "huggingface", "f32");
    expect_logits(load(folder.path() / "again"), expected);
  }
}

TEST(HuggingFaceGolden, OtherWindowsAndTablesAreFarOff) {
  const Model model = load(golden() / "mistral");
  const auto expected = nn::load_safetensors(golden() / "mistral" / "expected.safetensors");
  const at::Tensor ids = expected.at("ids_long");
  std::vector<uint32_t> tokens;
  for (int64_t t = 0; t < ids.numel(); ++t) {
    tokens.push_back(static_cast<uint32_t>(ids[t].item<int64_t>()));
  }
  for (const char* other : {"window:w=9", "window:w=7", "pi:s=1.1", "nope"}) {
    Session session(model, model.scheme(other));
    Logits found = session.feed_all(tokens);
    const at::Tensor ours = at::from_blob(found.values.data(), {found.rows, found.vocab});
    EXPECT_GT((ours - expected.at("logits_long")).abs().max().item<double>(), 0.05) << other;
  }
}

}  // namespace
}  // namespace yonder::lm
