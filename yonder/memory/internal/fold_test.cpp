// SPDX-License-Identifier: Apache-2.0
#include "yonder/memory/internal/fold.h"

#include "yonder/base/random.h"

#include <gtest/gtest.h>

#include <vector>

namespace yonder::memory::internal {
namespace {

template <typename Scalar>
class FoldOf : public ::testing::Test {};
using Scalars = ::testing::Types<float, double>;
TYPED_TEST_SUITE(FoldOf, Scalars);

template <typename Scalar>
std::vector<Scalar> random_values(size_t count) {
  Rng rng(3);
  std::vector<Scalar> values(count);
  for (Scalar& value : values) {
    value = static_cast<Scalar>(rng.normal());
  }
  return values;
}

TYPED_TEST(FoldOf, AddsAndSubtractsMirroredSamples) {
  for (const size_t nodes : {1, 2, 3, 31, 32, 33, 64, 257}) {
    const auto u = random_values<TypeParam>(nodes);
    const size_t half = (nodes + 1) / 2;
    std::vector<TypeParam> even(half);
    std::vector<TypeParam> odd(half);
    fold(u.data(), nodes, even.data(), odd.data());
    for (size_t j = 0; j < nodes / 2; ++j) {
      ASSERT_EQ(even[j], (u[j] - u[0]) + (u[nodes - 1 - j] - u[0]));
      ASSERT_EQ(odd[j], u[j] - u[nodes - 1 - j]);
    }
    if (nodes % 2 == 1) {
      ASSERT_EQ(even.back(), u[nodes / 2] - u[0]);
      ASSERT_EQ(odd.back(), 0);
    }
  }
}

TYPED_TEST(FoldOf, FoldsEveryChannelAsIfItWereAlone) {
  const size_t pitch = 37;
  for (const size_t nodes : {1, 4, 17}) {
    for (const size_t width : {1, 8, 16, 21, 36}) {
      const auto u = random_values<TypeParam>(nodes * pitch);
      const size_t half = (nodes + 1) / 2;
      std::vector<TypeParam> even(half * width);
      std::vector<TypeParam> odd(half * width);
      fold_channels(u.data() + 1, nodes, pitch, width, even.data(), odd.data());
      for (size_t c = 0; c < width; ++c) {
        std::vector<TypeParam> one(nodes);
        for (size_t j = 0; j < nodes; ++j) {
          one[j] = u[j * pitch + 1 + c];
        }
        std::vector<TypeParam> one_even(half);
        std::vector<TypeParam> one_odd(half);
        fold(one.data(), nodes, one_even.data(), one_odd.data());
        for (size_t j = 0; j < half; ++j) {
          ASSERT_EQ(even[j * width + c], one_even[j]);
          ASSERT_EQ(odd[j * width + c], one_odd[j]);
        }
      }
    }
  }
}

TYPED_TEST(FoldOf, BlockEnergyIsTheSumOfSquaresOrOfSquaredLines) {
  for (const size_t channels : {1, 3, 16, 21}) {
    for (const size_t cells : {1, 63, 64, 200}) {
      const auto u = random_values<TypeParam>((cells + 1) * channels);
      for (const bool linear : {false, true}) {
        std::vector<double> energy(channels);
        block_energy(u.data(), cells, channels, linear, energy.data());
        for (size_t c = 0; c < channels; ++c) {
          double sum = 0;
          for (size_t j = 0; j < cells; ++j) {
            const double u0 = u[j * channels + c];
            const double u1 = u[(j + 1) * channels + c];
            sum += linear ? (u0 * u0 + u0 * u1 + u1 * u1) / 3 : u0 * u0;
          }
          ASSERT_NEAR(energy[c], sum, 1e-13 * sum);
        }
      }
    }
  }
}

}  // namespace
}  // namespace yonder::memory::internal
