// SPDX-License-Identifier: Apache-2.0
#include "yonder/nn/cross_entropy.h"

#include "yonder/nn/random_tensor.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <vector>

namespace yonder::nn {
namespace {

at::Tensor normal(at::IntArrayRef shape, uint64_t stream) {
  at::Tensor t = at::empty(shape);
  fill_normal(t, 2, 17, stream);
  return t;
}

const at::Tensor& some_targets() {
  static const at::Tensor targets = at::tensor(std::vector<int64_t>{0, 36, kIgnoredTarget, 5, 5});
  return targets;
}

at::Tensor reference(const at::Tensor& logits, const at::Tensor& targets) {
  return at::nll_loss(at::log_softmax(logits.to(at::kFloat), -1), targets, {}, /*mean*/ 1,
                      kIgnoredTarget);
}

TEST(CrossEntropy, IsTheMeanOverTargetsThatCount) {
  const at::Tensor logits = normal({5, 37}, 0);
  EXPECT_NEAR(cross_entropy(logits, some_targets()).item<double>(),
              reference(logits, some_targets()).item<double>(), 1e-6);
}

TEST(CrossEntropy, HasTheGradientOfTorch) {
  at::Tensor ours = normal({5, 37}, 1).requires_grad_();
  at::Tensor theirs = ours.detach().clone().requires_grad_();
  (3 * cross_entropy(ours, some_targets())).backward();
  (3 * reference(theirs, some_targets())).backward();
  EXPECT_TRUE(at::allclose(ours.grad(), theirs.grad(), 1e-5, 1e-7));
}

TEST(CrossEntropy, OfBfloat16IsDoneInFloat32) {
  at::Tensor logits = normal({5, 37}, 2).to(at::kBFloat16).requires_grad_();
  const at::Tensor loss = cross_entropy(logits, some_targets());
  EXPECT_EQ(loss.scalar_type(), at::kFloat);
  EXPECT_NEAR(loss.item<double>(), reference(logits, some_targets()).item<double>(), 1e-6);
  loss.backward();
  EXPECT_EQ(logits.grad().scalar_type(), at::kBFloat16);
  at::Tensor wide = logits.detach().to(at::kFloat).requires_grad_();
  reference(wide, some_targets()).backward();
  EXPECT_TRUE(at::allclose(logits.grad().to(at::kFloat), wide.grad(), 1e-2, 1e-6));
}

TEST(CrossEntropy, OfNothingIsZero) {
  at::Tensor logits = normal({2, 4}, 3).requires_grad_();
  const at::Tensor loss = cross_entropy(logits, at::full({2}, kIgnoredTarget, at::kLong));
  EXPECT_EQ(loss.item<double>(), 0);
  loss.backward();
  EXPECT_TRUE(at::equal(logits.grad(), at::zeros({2, 4})));
}

}  // namespace
}  // namespace yonder::nn
