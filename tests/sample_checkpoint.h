// SPDX-License-Identifier: Apache-2.0
// For tests of checkpoints: small ones whose every part tells its step, and a look at what is on
// disk.
#pragma once

#include "yonder/nn/checkpoint.h"

#include <ATen/ATen.h>
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <filesystem>
#include <optional>

namespace yonder::nn {

/// A checkpoint whose every part tells its step.
inline Checkpoint checkpoint_of(int64_t step) {
  const auto value = static_cast<float>(step);
  Checkpoint checkpoint;
  checkpoint.step = step;
  checkpoint.model = {{"a", at::full({2, 3}, value)}, {"b", at::full({4}, value)}};
  checkpoint.ema["0.9"] = {{"a", at::full({2, 3}, value + 1)}, {"b", at::full({4}, value + 1)}};
  checkpoint.optimizer = {{"steps", at::tensor({step})}};
  checkpoint.config = fmt::format("{{\"config\": {}}}\n", step);
  checkpoint.state = fmt::format("{{\"state\": {}}}\n", step);
  return checkpoint;
}

inline void expect_equal(const NamedTensors& found, const NamedTensors& expected) {
  ASSERT_EQ(found.size(), expected.size());
  for (const auto& [name, tensor] : expected) {
    EXPECT_TRUE(at::equal(found.at(name), tensor)) << name;
  }
}

/// That the newest checkpoint in `out` is the whole one of this step.
inline void expect_newest(const std::filesystem::path& out, int64_t step) {
  const std::optional<std::filesystem::path> latest = find_latest_checkpoint(out);
  ASSERT_TRUE(latest.has_value());
  const Checkpoint found = read_checkpoint(*latest);
  const Checkpoint expected = checkpoint_of(step);
  EXPECT_EQ(found.step, expected.step);
  expect_equal(found.model, expected.model);
  ASSERT_EQ(found.ema.size(), 1U);
  expect_equal(found.ema.at("0.9"), expected.ema.at("0.9"));
  expect_equal(found.optimizer, expected.optimizer);
  EXPECT_EQ(found.config, expected.config);
  EXPECT_EQ(found.state, expected.state);
}

}  // namespace yonder::nn
