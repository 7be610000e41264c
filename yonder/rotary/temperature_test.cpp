// SPDX-License-Identifier: Apache-2.0
#include "yonder/rotary/temperature.h"

#include <gtest/gtest.h>

namespace yonder::rotary {
namespace {

TEST(LogN, IsOneAtTheTrainingLengthAndCountsFromOne) {
  EXPECT_EQ(log_n_factor(512, 512), 1);
  EXPECT_EQ(log_n_factor(1, 512), 0);
  EXPECT_NEAR(log_n_factor(512 * 512, 512), 2, 1e-15);
}

TEST(LogN, IsClippedWithinTheTrainingLengthOnly) {
  EXPECT_EQ(clipped_log_n_factor(8, 512), 1);
  EXPECT_EQ(clipped_log_n_factor(4096, 512), log_n_factor(4096, 512));
}

}  // namespace
}  // namespace yonder::rotary
