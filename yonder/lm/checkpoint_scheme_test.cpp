// SPDX-License-Identifier: Apache-2.0
#include "yonder/lm/checkpoint_scheme.h"

#include "tests/error_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace yonder::lm {
namespace {

using ::testing::HasSubstr;

ModelConfig config_with(const std::string& scheme) {
  ModelConfig c;
  c.layers = 4;
  c.head_dim = 8;
  c.train_length = 64;
  c.scheme = scheme;
  return c;
}

std::string laid(const ModelConfig& config, const std::string& text, int64_t target = 0) {
  return checkpoint_scheme(config, text, target).canonical();
}

TEST(CheckpointScheme, IsTheCheckpointsOwnWhereNothingIsAskedFor) {
  EXPECT_EQ(laid(config_with("rope"), ""), "rope");
  EXPECT_EQ(laid(config_with("yarn:s=4"), ""), "yarn:s=4");
  EXPECT_EQ(laid(config_with("leaky:w=16,k=1/16"), ""), "leaky:w=16,k=0.0625");
}

TEST(CheckpointScheme, KeepsTheTableThatTheWeightsWereTrainedUnder) {
  const ModelConfig llama3 = config_with("llama3:factor=8,original=32");
  EXPECT_EQ(laid(llama3, "rerope:w=16"), "llama3:original=32+rerope:w=16");
  EXPECT_EQ(laid(llama3, "rope"), "llama3:original=32");
  EXPECT_EQ(laid(llama3, "pi:s=2"), "pi:s=2");
}

TEST(CheckpointScheme, TakesAwayAStretchThatTheWeightsWereTrainedWithout) {
  EXPECT_EQ(laid(config_with("yarn:s=4"), "rope"), "rope");
  EXPECT_EQ(laid(config_with("ntk-hf-dynamic:factor=4+dyn:turn"), "rope"), "rope");
  EXPECT_EQ(laid(config_with("ntk-hf-dynamic:factor=4+dyn:turn"), "pi:s=2"), "pi:s=2");
  EXPECT_EQ(laid(config_with("yarn:s=4"), "logn:clip"), "yarn:s=4+logn:clip");
}

TEST(CheckpointScheme, DoesNotInheritASplit) {
  EXPECT_EQ(laid(config_with("leaky:w=16,k=1/16"), "rope"), "rope");
  EXPECT_EQ(laid(config_with("rerope:w=16+logn:train"), "rope"), "logn:train");
  EXPECT_EQ(laid(config_with("rerope:w=16+logn:train"), "leaky:w=8,k=4+logn:clip"),
            "leaky:w=8,k=4+logn:clip");
}

TEST(CheckpointScheme, KeepsSlidingWindowsUnlessAMaskIsAskedFor) {
  ModelConfig config = config_with("rope");
  config.windows = {0, 0, 32, 32};
  EXPECT_EQ(laid(config, ""), "layers:0-1=rope;2-3=window:w=32");
  EXPECT_EQ(laid(config, "rerope:w=16"), "layers:0-1=rerope:w=16;2-3=rerope:w=16+window:w=32");
  EXPECT_EQ(laid(config, "window:w=8"), "window:w=8");
}

TEST(CheckpointScheme, LeavesLayersWithoutRotationAlone) {
  ModelConfig config = config_with("yarn:s=2");
  config.rotary_layers = {1, 1, 1, 0};
  EXPECT_EQ(laid(config, ""), "layers:0-2=yarn:s=2;3=nope");
  EXPECT_EQ(laid(config, "rerope:w=16+logn:clip"),
            "layers:0-2=yarn:s=2+rerope:w=16+logn:clip;3=nope+logn:clip");
  EXPECT_EQ(laid(config, "ntk+dyn:step=64"), "layers:0-2=ntk+dyn;3=nope");
  EXPECT_EQ(laid(config, "rope"), "layers:0-2=rope;3=nope");
}

TEST(CheckpointScheme, TakesSchemesByLayer) {
  ModelConfig config = config_with("rope");
  config.windows = {8, 8, 8, 0};
  EXPECT_EQ(laid(config, "layers:3=rerope:w=16"), "layers:0-2=window:w=8;3=rerope:w=16");
  EXPECT_EQ(laid(config, "pi:s=auto", 128), "layers:0-2=pi:s=2+window:w=8;3=pi:s=2");
}

TEST(CheckpointScheme, HoldsInLayersOfAttentionOnly) {
  ModelConfig config = config_with("rope");
  config.mixers = {"s4d-lin", "attention", "rtf", "attention"};
  EXPECT_EQ(laid(config, "rerope:w=16"), "layers:0=nope;1=rerope:w=16;2=nope;3=rerope:w=16");
  config.mixers = {"s4d-lin", "s4d-lin", "rtf", "rtf"};
  EXPECT_EQ(laid(config, "rerope:w=16"), "nope");
  EXPECT_THAT(error_text(ErrorKind::bad_option, [&] { laid(config, "rerop:w=3"); }),
              HasSubstr("rerope"));
}

TEST(CheckpointScheme, RefusesUnknownNamesAsTheParserDoes) {
  EXPECT_THAT(error_text(ErrorKind::bad_option, [] { laid(config_with("rope"), "rerop:w=3"); }),
              HasSubstr("rerope"));
}

}  // namespace
}  // namespace yonder::lm
