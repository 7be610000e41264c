// SPDX-License-Identifier: Apache-2.0
#include "yonder/density/internal/optimal_frequencies.h"

#include "yonder/base/random.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numeric>

namespace yonder::density::internal {
namespace {

double expected_length(std::span<const double> probabilities, const Frequencies& frequencies) {
  double bits = 0;
  for (size_t k = 0; k < probabilities.size(); ++k) {
    bits += probabilities[k] * (frequencies.precision - std::log2(frequencies.counts[k]));
  }
  return bits;
}

// Units given away one by one.
Frequencies one_by_one(std::span<const double> probabilities, int precision) {
  Frequencies result = {std::vector<uint32_t>(probabilities.size(), 1), precision};
  for (uint64_t given = probabilities.size(); given < uint64_t{1} << precision; ++given) {
    size_t best = 0;
    double most = -1;
    for (size_t k = 0; k < probabilities.size(); ++k) {
      const double gain = probabilities[k] * std::log1p(1.0 / result.counts[k]);
      if (gain > most) {
        best = k;
        most = gain;
      }
    }
    ++result.counts[best];
  }
  return result;
}

TEST(OptimalFrequencies, AreAsGoodAsUnitsGivenOneByOne) {
  for (const uint64_t seed : {1, 2, 3, 4}) {
    Rng rng(seed);
    std::vector<double> probabilities(2 + rng.below(60));
    for (double& p : probabilities) {
      p = rng.below(5) == 0 ? 0 : std::exp(-12 * rng.uniform());
    }
    const double total = std::accumulate(probabilities.begin(), probabilities.end(), 0.0);
    for (double& p : probabilities) {
      p /= total;
    }
    const Frequencies fast = optimal_frequencies(probabilities, 12);
    EXPECT_EQ(std::accumulate(fast.counts.begin(), fast.counts.end(), 0U), 4096U);
    EXPECT_NEAR(expected_length(probabilities, fast),
                expected_length(probabilities, one_by_one(probabilities, 12)), 1e-13);
  }
}

TEST(OptimalFrequencies, LeaveNoSymbolWithoutAUnit) {
  const std::vector<double> probabilities = {1, 0, 1e-300, 0, 0};
  EXPECT_EQ(optimal_frequencies(probabilities, 12).counts,
            (std::vector<uint32_t>{4092, 1, 1, 1, 1}));
}

TEST(OptimalFrequencies, FillTheTableWhenThereIsNoRoomToChoose) {
  std::vector<double> probabilities(4096, 0.5);
  probabilities[7] = 1;
  EXPECT_EQ(optimal_frequencies(probabilities, 12).counts, std::vector<uint32_t>(4096, 1));
}

TEST(OptimalFrequencies, AreFairWhereNothingIsKnown) {
  const std::vector<double> probabilities(3, 0.0);
  const Frequencies result = optimal_frequencies(probabilities, 12);
  EXPECT_EQ(std::accumulate(result.counts.begin(), result.counts.end(), 0U), 4096U);
}

}  // namespace
}  // namespace yonder::density::internal
