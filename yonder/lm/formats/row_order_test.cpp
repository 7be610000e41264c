// SPDX-License-Identifier: Apache-2.0
#include "yonder/lm/formats/row_order.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

namespace yonder::lm {
namespace {

TEST(RowOrder, PutsRowTwoCPlusEAtCPlusEHalves) {
  constexpr int64_t kHeads = 3;
  constexpr int64_t kWidth = 8;  // of a head
  const at::Tensor rows = at::arange(kHeads * kWidth * 5, at::kFloat).view({kHeads * kWidth, 5});
  const at::Tensor half = to_half_split(rows, kHeads);
  for (int64_t head = 0; head < kHeads; ++head) {
    for (int64_t c = 0; c < kWidth / 2; ++c) {
      for (int64_t e = 0; e < 2; ++e) {
        EXPECT_TRUE(
            at::equal(half[head * kWidth + c + e * kWidth / 2], rows[head * kWidth + 2 * c + e]));
      }
    }
  }
}

TEST(RowOrder, IsUndoneByTheOtherDirection) {
  for (const at::Tensor& rows : {at::arange(24 * 7).view({24, 7}), at::arange(24)}) {
    EXPECT_TRUE(at::equal(to_interleaved(to_half_split(rows, 3), 3), rows));
    EXPECT_TRUE(at::equal(to_half_split(to_interleaved(rows, 2), 2), rows));
  }
}

}  // namespace
}  // namespace yonder::lm
