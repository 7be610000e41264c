// SPDX-License-Identifier: Apache-2.0
#include "yonder/nn/torch_build.h"

#include "yonder/base/cpu.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace yonder::nn {
namespace {

TEST(TorchBuild, NamesVersionThreadsAndBlas) {
  const TorchBuild build = torch_build();
  EXPECT_THAT(build.version, ::testing::ContainsRegex("^[0-9]+\\.[0-9]+"));
  EXPECT_EQ(build.threads, available_cores());
  EXPECT_FALSE(build.blas.empty());
}

}  // namespace
}  // namespace yonder::nn
