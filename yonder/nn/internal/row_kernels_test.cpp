// SPDX-License-Identifier: Apache-2.0
#include "yonder/nn/internal/row_kernels.h"

#include "yonder/base/random.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <limits>
#include <vector>

namespace yonder::nn::internal {
namespace {

constexpr float kHidden = -std::numeric_limits<float>::infinity();

std::vector<float> normal_row(size_t n, uint64_t stream) {
  Rng rng(1, stream);
  std::vector<float> row(n);
  for (float& x : row) {
    x = static_cast<float>(3 * rng.normal());
  }
  return row;
}

TEST(RowKernels, WideningAndNarrowingGivesTheSameBits) {
  std::vector<uint16_t> bits;
  for (uint32_t b = 0; b < 0x10000; ++b) {
    const bool is_nan = (b & 0x7F80) == 0x7F80 && (b & 0x7F) != 0;
    if (!is_nan) {
      bits.push_back(static_cast<uint16_t>(b));
    }
  }
  bits.resize(bits.size() - bits.size() % 16 + 5);  // a tail that fills no vector
  std::vector<float> wide(bits.size());
  std::vector<uint16_t> narrow(bits.size());
  widen_row(bits.data(), bits.size(), wide.data());
  narrow_row(wide.data(), wide.size(), narrow.data());
  EXPECT_EQ(narrow, bits);
}

TEST(RowKernels, NarrowingRoundsToTheNearestEven) {
  // 1 + k / 256: bfloat16 has steps of 1 / 128 there.
  std::vector<float> wide;
  for (int k = 0; k < 21; ++k) {
    wide.push_back(1 + static_cast<float>(k) / 256);
  }
  std::vector<uint16_t> narrow(wide.size());
  narrow_row(wide.data(), wide.size(), narrow.data());
  for (int k = 0; k < 21; ++k) {
    EXPECT_EQ(narrow[static_cast<size_t>(k)], 0x3F80 + std::nearbyint(k / 2.0)) << k;
  }
}

TEST(RowKernels, SoftmaxIsThatOfTheFormula) {
  for (const size_t n : {16U, 64U, 272U}) {
    std::vector<float> row = normal_row(n, n);
    row[3] = kHidden;
    row[n - 1] = kHidden;
    const std::vector<float> logits = row;
    double sum = 0;
    for (const float x : logits) {
      sum += std::exp(static_cast<double>(x));
    }
    EXPECT_NEAR(softmax_row(row.data(), n), std::log(sum), 1e-5);
    for (size_t j = 0; j < n; ++j) {
      const double expected = std::exp(static_cast<double>(logits[j])) / sum;
      EXPECT_NEAR(row[j], expected, 1e-6 * expected + 1e-9);
    }
    EXPECT_EQ(row[3], 0);
  }
}

TEST(RowKernels, SoftmaxStandsLargeLogitsAndRowsOfNothing) {
  std::vector<float> row(16, kHidden);
  row[5] = 3e38F;
  EXPECT_NEAR(softmax_row(row.data(), 16) / 3e38, 1, 1e-6);
  EXPECT_EQ(row[5], 1);
  std::vector<float> nothing(16, kHidden);
  EXPECT_EQ(softmax_row(nothing.data(), 16), kHidden);
  EXPECT_EQ(nothing, std::vector<float>(16, 0));
}

TEST(RowKernels, RotationBackUndoesARotation) {
  for (const size_t half : {3U, 8U, 32U}) {
    const std::vector<float> start = normal_row(2 * half, half);
    std::vector<float> cos;
    std::vector<float> sin;
    for (size_t c = 0; c < half; ++c) {
      cos.push_back(std::cos(static_cast<float>(c)));
      sin.push_back(std::sin(static_cast<float>(c)));
    }
    std::vector<float> row = start;
    rotate_row(row.data(), cos.data(), sin.data(), 1, half);
    EXPECT_NEAR(row[half + 1], start[half + 1] * cos[1] + start[1] * sin[1], 1e-5);
    rotate_row(row.data(), cos.data(), sin.data(), -1, half);
    for (size_t c = 0; c < 2 * half; ++c) {
      EXPECT_NEAR(row[c], start[c], 1e-5);
    }
  }
}

TEST(RowKernels, GradientOfTheSoftmaxIsThatOfTheFormula) {
  std::vector<float> weight = normal_row(48, 1);
  softmax_row(weight.data(), 48);
  const std::vector<float> above = normal_row(48, 2);
  std::vector<float> gradient = above;
  softmax_row_gradient(weight.data(), gradient.data(), 48);
  double mean = 0;
  for (size_t j = 0; j < 48; ++j) {
    mean += static_cast<double>(weight[j]) * above[j];
  }
  for (size_t j = 0; j < 48; ++j) {
    EXPECT_NEAR(gradient[j], weight[j] * (above[j] - mean), 1e-6);
  }
}

}  // namespace
}  // namespace yonder::nn::internal
