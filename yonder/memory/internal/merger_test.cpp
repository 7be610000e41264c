// SPDX-License-Identifier: Apache-2.0
#include "yonder/memory/internal/merger.h"

#include "yonder/memory/internal/projection_reference.h"
#include "yonder/memory/merge.h"

#include <gtest/gtest.h>

namespace yonder::memory::internal {
namespace {

TEST(Merger, OfEqualHalvesGivesWhatTheMatricesGive) {
  for (const int64_t order : {1, 2, 3, 16, 31, 64, 200}) {
    const size_t channels = 3;
    const auto size = static_cast<size_t>(order);
    const std::vector<double> older = test_signal(channels * size, 1);
    const std::vector<double> newer = test_signal(channels * size, 2);
    const MergeMatrices m = merge_matrices(order, 1, 1);
    std::vector<double> merged(channels * size);
    Merger<double> merger(order);
    merger.merge(5, older.data(), 5, newer.data(), channels, merged.data());
    for (size_t c = 0; c < channels; ++c) {
      for (size_t n = 0; n < size; ++n) {
        double sum = 0;
        for (size_t k = 0; k <= n; ++k) {
          const auto row = static_cast<int64_t>(n);
          const auto column = static_cast<int64_t>(k);
          sum += m.older.at(row, column) * older[c * size + k] +
                 m.newer.at(row, column) * newer[c * size + k];
        }
        ASSERT_NEAR(merged[c * size + n], sum, 1e-14) << "order " << order << ", n = " << n;
      }
    }
  }
}

TEST(Merger, OfAnyLengthsGivesWhatMergeCoefficientsGives) {
  const std::vector<double> older = test_signal(40, 1);
  const std::vector<double> newer = test_signal(40, 2);
  std::vector<double> expected(40);
  merge_coefficients(20, 3, 7, older, newer, expected);
  std::vector<double> merged(40);
  Merger<double> merger(20);
  merger.merge(3, older.data(), 7, newer.data(), 2, merged.data());
  EXPECT_EQ(merged, expected);
  const std::vector<float> narrow_older(older.begin(), older.end());
  const std::vector<float> narrow_newer(newer.begin(), newer.end());
  std::vector<float> narrow(40);
  Merger<float> narrow_merger(20);
  narrow_merger.merge(3, narrow_older.data(), 7, narrow_newer.data(), 2, narrow.data());
  for (size_t i = 0; i < narrow.size(); ++i) {
    EXPECT_NEAR(static_cast<double>(narrow[i]), expected[i], 3e-7);
  }
}

TEST(Merger, KeepsAConstantWithoutRounding) {
  std::vector<float> older(64);
  older[0] = 0.1F;
  const std::vector<float> newer = older;
  Merger<float> merger(64);
  std::vector<float> merged(64);
  merger.merge(1, older.data(), 1, newer.data(), 1, merged.data());
  EXPECT_EQ(merged, older);
  merger.merge(1, older.data(), 3, newer.data(), 1, merged.data());
  EXPECT_EQ(merged, older);
}

TEST(Merger, MayWriteOverWhatItReads) {
  std::vector<double> older = test_signal(30, 1);
  std::vector<double> newer = test_signal(30, 2);
  std::vector<double> expected(30);
  Merger<double> merger(30);
  merger.merge(2, older.data(), 2, newer.data(), 1, expected.data());
  std::vector<double> in_place = newer;
  merger.merge(2, older.data(), 2, in_place.data(), 1, in_place.data());
  EXPECT_EQ(in_place, expected);
}

}  // namespace
}  // namespace yonder::memory::internal
