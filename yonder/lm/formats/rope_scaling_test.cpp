// SPDX-License-Identifier: Apache-2.0
#include "yonder/lm/formats/rope_scaling.h"

#include "tests/error_text.h"
#include "yonder/base/json.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace yonder::lm {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

RopeScaling read(const std::string& config) {
  return read_rope_scaling(parse_json(config, "config.json"), 1e4, 4096);
}

TEST(RopeScaling, IsPlainWhereNothingIsSaid) {
  const RopeScaling rope = read("{}");
  EXPECT_EQ(rope.scheme, "rope");
  EXPECT_EQ(rope.base, 1e4);
  EXPECT_EQ(rope.train_length, 4096);
  EXPECT_EQ(rope.train_length_source, "max_position_embeddings");
}

TEST(RopeScaling, ReadsTheBaseOfOldAndNewFiles) {
  EXPECT_EQ(read(R"({"rope_theta": 500000})").base, 5e5);
  EXPECT_EQ(read(R"({"rope_parameters": {"rope_theta": 1e6, "rope_type": "default"}})").base, 1e6);
}

TEST(RopeScaling, ReadsEveryKind) {
  EXPECT_EQ(read(R"({"rope_scaling": {"type": "linear", "factor": 2.5}})").scheme, "pi:s=2.5");
  EXPECT_EQ(read(R"({"rope_scaling": {"rope_type": "dynamic", "factor": 4.0}})").scheme,
            "ntk-hf-dynamic:factor=4+dyn:turn");
  EXPECT_EQ(read(R"({"rope_scaling": {"rope_type": "yarn", "factor": 4, "beta_fast": 16,
                     "truncate": false, "original_max_position_embeddings": 1024}})")
                .scheme,
            "yarn:s=4,beta_fast=16,truncate=false");
  EXPECT_EQ(read(R"({"rope_scaling": {"rope_type": "llama3", "factor": 8, "low_freq_factor": 1,
                     "high_freq_factor": 4, "original_max_position_embeddings": 1024}})")
                .scheme,
            "llama3:factor=8,low=1,high=4,original=1024");
  EXPECT_EQ(read(R"({"original_max_position_embeddings": 1024, "rope_scaling": {"type": "longrope",
                     "short_factor": [1, 1.5], "long_factor": [2, 3]}})")
                .scheme,
            "longrope:short=1/1.5,long=2/3,factor=4+dyn:turn");
  EXPECT_EQ(read(R"({"rope_scaling": null})").scheme, "rope");
}

TEST(RopeScaling, TakesTheOriginalLengthWhereTheKindStretchesAShorterTraining) {
  const RopeScaling yarn = read(R"({"rope_scaling": {"type": "yarn", "factor": 4,
               "original_max_position_embeddings": 1024}})");
  EXPECT_EQ(yarn.train_length, 1024);
  EXPECT_EQ(yarn.train_length_source, "original_max_position_embeddings");
  // Without it max_position_embeddings is the length of training.
  EXPECT_EQ(read(R"({"rope_scaling": {"type": "yarn", "factor": 4}})").train_length, 4096);
  // Llama 3 was trained on, so that the original length is an argument of its table only.
  EXPECT_EQ(read(R"({"rope_scaling": {"rope_type": "llama3", "factor": 8, "low_freq_factor": 1,
                     "high_freq_factor": 4, "original_max_position_embeddings": 1024}})")
                .train_length,
            4096);
}

TEST(RopeScaling, TakesYarnsStretchFromTheLengthsWhereThereIsNoFactor) {
  EXPECT_EQ(read(R"({"rope_scaling": {"type": "yarn", "factor": null,
                     "original_max_position_embeddings": 1024}})")
                .scheme,
            "yarn:s=4");
}

TEST(RopeScaling, DoesNotLetInertKeysOfDeepSeekRemoveTheFactor) {
  EXPECT_EQ(read(R"({"rope_scaling": {"type": "yarn", "factor": 4, "mscale": 1,
                     "mscale_all_dim": 1}})")
                .scheme,
            "yarn:s=4");
}

TEST(RopeScaling, RefusesUnknownKindsNamingTheKnownOnes) {
  EXPECT_THAT(
      error_text(ErrorKind::bad_data, [] { read(R"({"rope_scaling": {"rope_type": "foo"}})"); }),
      AllOf(HasSubstr("config.json"), HasSubstr("rope_type 'foo' is not supported"),
            HasSubstr("yarn"), HasSubstr("llama3")));
}

TEST(RopeScaling, RefusesAKindWithoutItsFactor) {
  EXPECT_THAT(
      error_text(ErrorKind::bad_data, [] { read(R"({"rope_scaling": {"type": "linear"}})"); }),
      AllOf(HasSubstr("rope_scaling"), HasSubstr("needs the key \"factor\"")));
}

TEST(RopeScaling, RefusesRotationOfAPartOfTheHead) {
  EXPECT_THAT(error_text(ErrorKind::bad_data, [] { read(R"({"partial_rotary_factor": 0.5})"); }),
              HasSubstr("partial_rotary_factor is 0.5"));
}

}  // namespace
}  // namespace yonder::lm
