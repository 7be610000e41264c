// SPDX-License-Identifier: Apache-2.0
#include "yonder/nn/masked_softmax.h"

#include "yonder/nn/random_tensor.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <limits>

namespace yonder::nn {
namespace {

at::Tensor normal(at::IntArrayRef shape, double deviation, uint64_t stream) {
  at::Tensor t = at::empty(shape);
  fill_normal(t, deviation, 13, stream);
  return t;
}

/// Causal with a window of 5 keys.
at::Tensor window_mask(int64_t length) {
  const at::Tensor i = at::arange(length).unsqueeze(1);
  const at::Tensor j = at::arange(length).unsqueeze(0);
  const at::Tensor hidden = (j > i).logical_or(i - j >= 5);
  return at::zeros({1, length, length})
      .masked_fill(hidden, -std::numeric_limits<float>::infinity());
}

at::Tensor plain(const at::Tensor& logits, const at::Tensor& mask) {
  return at::softmax(logits.to(at::kFloat) + mask, -1).to(logits.scalar_type());
}

TEST(MaskedSoftmax, IsTorchsSoftmaxOfTheSum) {
  for (const int64_t length : {1, 7, 33}) {
    const at::Tensor logits = normal({2, 3, length, length}, 2, 0);
    const at::Tensor mask = window_mask(length) + normal({3, length, length}, 1, 1);
    EXPECT_TRUE(at::allclose(masked_softmax(logits, mask), plain(logits, mask), 1e-5, 1e-7));
    const at::Tensor narrow = logits.to(at::kBFloat16);
    const at::Tensor weights = masked_softmax(narrow, mask);
    EXPECT_EQ(weights.scalar_type(), at::kBFloat16);
    // One rounding to 8 bits each.
    EXPECT_TRUE(
        at::allclose(weights.to(at::kFloat), plain(narrow, mask).to(at::kFloat), 1e-2, 1e-6));
  }
}

TEST(MaskedSoftmax, HasTheGradientsOfTorch) {
  constexpr int64_t kLength = 19;
  const at::Tensor start = normal({2, 3, kLength, kLength}, 1, 2);
  const at::Tensor bias_start = normal({3, kLength, kLength}, 1, 3);
  const at::Tensor above = normal({2, 3, kLength, kLength}, 1, 4);
  const auto gradients = [&](const auto& softmax) {
    at::Tensor logits = start.clone().requires_grad_();
    at::Tensor bias = bias_start.clone().requires_grad_();
    (softmax(logits, window_mask(kLength) + bias) * above).sum().backward();
    return std::pair(logits.grad(), bias.grad());
  };
  const auto [ours, our_bias] = gradients(masked_softmax);
  const auto [theirs, their_bias] = gradients(plain);
  EXPECT_TRUE(at::allclose(ours, theirs, 1e-4, 1e-6));
  EXPECT_TRUE(at::allclose(our_bias, their_bias, 1e-4, 1e-6));
}

TEST(MaskedSoftmax, TakesLogitsOfAnyLayout) {
  const at::Tensor logits = normal({2, 3, 8, 8}, 1, 5).transpose(2, 3);
  EXPECT_TRUE(at::allclose(masked_softmax(logits, window_mask(8)), plain(logits, window_mask(8)),
                           1e-5, 1e-7));
}

}  // namespace
}  // namespace yonder::nn
