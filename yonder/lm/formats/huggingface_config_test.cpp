// SPDX-License-Identifier: Apache-2.0
#include "yonder/lm/formats/huggingface_config.h"

#include "tests/error_text.h"
#include "yonder/base/json.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace yonder::lm {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

/// A config of this family with four layers; more: further members, each with a comma in front.
std::string text(const std::string& family, const std::string& more = "") {
  return R"({"model_type": ")" + family +
         R"(", "vocab_size": 100, "hidden_size": 64, "intermediate_size": 96,
             "num_hidden_layers": 4, "num_attention_heads": 4)" +
         more + "}";
}

ModelConfig parse(const std::string& family, const std::string& more = "") {
  return parse_huggingface_config(text(family, more), "config.json");
}

std::string refusal(const std::string& family, const std::string& more) {
  return error_text(ErrorKind::bad_data, [&] { parse(family, more); });
}

TEST(HuggingFaceConfig, FillsInWhatLlamaLeavesOut) {
  const ModelConfig c = parse("llama");
  EXPECT_EQ(c.model_type, "llama");
  EXPECT_EQ(c.kv_heads, 4);
  EXPECT_EQ(c.head_dim, 16);
  EXPECT_EQ(c.norm_epsilon, 1e-6);
  EXPECT_EQ(c.rope_base, 1e4);
  EXPECT_EQ(c.train_length, 2048);
  EXPECT_FALSE(c.tied_embeddings);
  EXPECT_FALSE(c.qkv_bias || c.output_bias || c.mlp_bias);
  EXPECT_THAT(c.windows, IsEmpty());
  EXPECT_THAT(c.rotary_layers, IsEmpty());
}

TEST(HuggingFaceConfig, ReadsBiasesAsEachFamilyHasThem) {
  const ModelConfig llama = parse("llama", R"(, "attention_bias": true, "mlp_bias": true)");
  EXPECT_TRUE(llama.qkv_bias && llama.output_bias && llama.mlp_bias);
  const ModelConfig qwen2 = parse("qwen2");
  EXPECT_TRUE(qwen2.qkv_bias);
  EXPECT_FALSE(qwen2.output_bias);
  EXPECT_FALSE(parse("mistral", R"(, "attention_bias": true)").qkv_bias);
}

TEST(HuggingFaceConfig, SeesThatTheHeadsOfQwen3AreNotItsWidthDividedByTheirNumber) {
  const ModelConfig c = parse("qwen3", R"(, "num_key_value_heads": 2)");
  EXPECT_EQ(c.head_dim, 128);
  EXPECT_EQ(c.qk_norm, QkNorm::rms);
  EXPECT_EQ(parse("qwen3", R"(, "head_dim": 32)").head_dim, 32);
}

TEST(HuggingFaceConfig, SlidesEveryLayerOfMistral) {
  EXPECT_THAT(parse("mistral", R"(, "sliding_window": 8)").windows, ElementsAre(8, 8, 8, 8));
  EXPECT_THAT(parse("mistral", R"(, "sliding_window": null)").windows, IsEmpty());
}

TEST(HuggingFaceConfig, SlidesTheUpperLayersOfQwenOnlyWhenToldTo) {
  const std::string window = R"(, "sliding_window": 8, "max_window_layers": 3)";
  EXPECT_THAT(parse("qwen2", window).windows, IsEmpty());
  EXPECT_THAT(parse("qwen2", window + R"(, "use_sliding_window": true)").windows,
              ElementsAre(0, 0, 0, 8));
  EXPECT_THAT(parse("qwen3", R"(, "use_sliding_window": true, "sliding_window": 8, "layer_types":
                       ["sliding_attention", "full_attention", "sliding_attention",
                        "full_attention"])")
                  .windows,
              ElementsAre(8, 0, 8, 0));
}

TEST(HuggingFaceConfig, ReadsTheLayersWithoutRotationOfSmolLm3) {
  // 1 is a layer that turns, in spite of the key's name.
  EXPECT_THAT(parse("smollm3").rotary_layers, ElementsAre(1, 1, 1, 0));
  EXPECT_THAT(parse("smollm3", R"(, "no_rope_layers": [0, 1, 1, 1])").rotary_layers,
              ElementsAre(0, 1, 1, 1));
  EXPECT_TRUE(parse("smollm3").tied_embeddings);
}

TEST(HuggingFaceConfig, ReadsOneStopTokenOrSeveral) {
  EXPECT_THAT(parse("llama", R"(, "eos_token_id": 2)").eos, ElementsAre(2));
  EXPECT_THAT(parse("llama", R"(, "eos_token_id": [2, 7])").eos, ElementsAre(2, 7));
  EXPECT_THAT(parse("llama", R"(, "eos_token_id": null)").eos, IsEmpty());
}

TEST(HuggingFaceConfig, RefusesWhatWouldChangeTheComputation) {
  EXPECT_THAT(error_text(ErrorKind::bad_data, [] { parse("gpt2"); }),
              AllOf(HasSubstr("model_type 'gpt2' is not supported"), HasSubstr("qwen3")));
  EXPECT_THAT(refusal("llama", R"(, "hidden_act": "gelu")"), HasSubstr("only 'silu'"));
  EXPECT_THAT(refusal("llama", R"(, "quantization_config": {"bits": 4})"), HasSubstr("quantised"));
  EXPECT_THAT(refusal("qwen2", R"(, "use_sliding_window": true, "sliding_window": 8, "layer_types":
                      ["linear_attention", "a", "a", "a"])"),
              HasSubstr("'linear_attention'"));
}

TEST(HuggingFaceConfig, NamesTheKeyThatIsMissingOrWrong) {
  EXPECT_THAT(
      error_text(ErrorKind::bad_data,
                 [] { parse_huggingface_config(R"({"model_type": "llama"})", "config.json"); }),
      HasSubstr("the key \"vocab_size\" is missing"));
  EXPECT_THAT(refusal("llama", R"(, "num_key_value_heads": 3)"),
              AllOf(HasSubstr("num_key_value_heads"), HasSubstr("multiple")));
  EXPECT_THAT(refusal("llama", R"(, "head_dim": 15)"),
              AllOf(HasSubstr("head_dim is 15"), HasSubstr("even")));
  EXPECT_THAT(refusal("llama", R"(, "rms_norm_eps": "small")"), HasSubstr("rms_norm_eps"));
  EXPECT_THAT(refusal("smollm3", R"(, "no_rope_layers": [1, 1])"),
              HasSubstr("2 entries for 4 layers"));
  EXPECT_THAT(refusal("llama", R"(, "max_position_embeddings": 99999999999999)"),
              HasSubstr("must lie between"));
  EXPECT_THAT(refusal("llama", R"(, "eos_token_id": -1)"), HasSubstr("a token id was expected"));
}

/// Configs of every family as parsed, and what becomes of them on the way through a file.
TEST(HuggingFaceConfig, ComesBackFromTheFileThatItIsWrittenTo) {
  for (const auto& [family, more] : std::vector<std::pair<std::string, std::string>>{
           {"llama", R"(, "bos_token_id": 1, "eos_token_id": [2, 3])"},
           {"llama", R"(, "rope_scaling": {"rope_type": "llama3", "factor": 8.5, "low_freq_factor":
                     1, "high_freq_factor": 4, "original_max_position_embeddings": 64})"},
           {"llama", R"(, "rope_scaling": {"type": "dynamic", "factor": 2}, "rope_theta": 5e5)"},
           {"llama",
            R"(, "rope_scaling": {"type": "longrope", "factor": 2, "short_factor": [1, 1, 1,
                     1, 1, 2, 2, 2], "long_factor": [3, 3, 3, 3, 4, 4, 4, 4], "original_max_position_embeddings": 64})"},
           {"mistral", R"(, "sliding_window": 8)"},
           {"mistral", R"(, "sliding_window": null)"},
           {"qwen2",
            R"(, "use_sliding_window": true, "sliding_window": 8, "max_window_layers": 2)"},
           {"qwen2", R"(, "rope_scaling": {"type": "yarn", "factor": 4, "attention_factor": 1.5,
                     "original_max_position_embeddings": 64})"},
           {"qwen3", R"(, "attention_bias": true)"},
           {"smollm3", ""}}) {
    const ModelConfig config = parse(family, more);
    const std::string written = huggingface_config(config, "bf16");
    EXPECT_THAT(written, Not(HasSubstr("yonder"))) << family << more;
    EXPECT_EQ(parse_huggingface_config(written, "written"), config) << written;
  }
}

TEST(HuggingFaceConfig, KeepsWhatNoFamilyHasInAnObjectThatForeignReadersRefuse) {
  ModelConfig config = parse("llama");
  config.qk_norm = QkNorm::key;
  config.scheme = "rerope:w=64+logn:train";
  config.windows = {32, 32, 0, 16};
  config.rotary_layers = {1, 1, 0, 1};
  config.mixers = {"attention", "s4d-lin", "attention", "attention"};
  config.ssm_state = 32;
  const std::string written = huggingface_config(config, "f32", {{"seed", "7"}});
  EXPECT_THAT(written, HasSubstr(R"("model_type": "yonder")"));
  EXPECT_THAT(written, HasSubstr(R"("seed": 7)"));
  ModelConfig again = parse_huggingface_config(written, "written");
  EXPECT_EQ(again.model_type, "yonder");
  EXPECT_EQ(again.train_length_source, "yonder.train_length");
  EXPECT_EQ(parse_huggingface_config(huggingface_config(again, "f32"), "again"), again);
  again.model_type = config.model_type;
  again.train_length_source = config.train_length_source;
  EXPECT_EQ(again, config);
}

TEST(HuggingFaceConfig, StaysAFamilysWhereOnlyNotesAreAdded) {
  const std::string written =
      huggingface_config(parse("llama"), "f32", {{"tokenizer", "\"bytes\""}});
  EXPECT_THAT(written, HasSubstr(R"("model_type": "llama")"));
  EXPECT_EQ(parse_huggingface_config(written, "written"), parse("llama"));
}

TEST(HuggingFaceConfig, RefusesANewerObjectOfOurs) {
  EXPECT_THAT(refusal("yonder", R"(, "yonder": {"format_version": 2})"),
              AllOf(HasSubstr("format_version is 2"), HasSubstr("newer")));
  EXPECT_THAT(refusal("yonder", R"(, "yonder": {"qk_norm": "layer"})"), HasSubstr("'layer'"));
  EXPECT_THAT(refusal("yonder", R"(, "yonder": {"windows": [1]})"),
              HasSubstr("1 entries for 4 layers"));
  EXPECT_THAT(refusal("yonder", R"(, "yonder": {"mixers": ["s4d-lin"]})"),
              HasSubstr("mixers has 1 entries for 4 layers"));
  EXPECT_THAT(refusal("yonder", R"(, "yonder": {"mixers": ["mamba", "rtf", "rtf", "rtf"]})"),
              AllOf(HasSubstr("'mamba'"), HasSubstr("attention, s4d-lin")));
  EXPECT_THAT(refusal("yonder", R"(, "yonder": {"ssm_state": 33})"),
              HasSubstr("ssm_state is 33; it must be even"));
}

}  // namespace
}  // namespace yonder::lm
