// SPDX-License-Identifier: Apache-2.0
#include "yonder/nn/rms_norm.h"

#include "yonder/nn/random_tensor.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <vector>

namespace yonder::nn {
namespace {

constexpr double kEpsilon = 1e-5;

at::Tensor normal(at::IntArrayRef shape, uint64_t stream) {
  at::Tensor t = at::empty(shape);
  fill_normal(t, 2, 29, stream);
  return t;
}

at::Tensor reference(const at::Tensor& x, const at::Tensor& weight) {
  return x * at::rsqrt(x.square().mean(-1, true) + kEpsilon) * weight;
}

TEST(RmsNormFunction, IsTheFormulaForAnyWidth) {
  for (const int64_t width : {1, 6, 16, 37, 256}) {
    const at::Tensor x = normal({3, 5, width}, 0);
    const at::Tensor weight = normal({width}, 1);
    EXPECT_TRUE(at::allclose(rms_norm(x, weight, kEpsilon), reference(x, weight), 1e-5, 1e-6));
  }
}

TEST(RmsNormFunction, HasTheGradientsOfTorch) {
  // More rows than one chunk of the weight's gradient holds.
  const at::Tensor start = normal({300, 37}, 2);
  const at::Tensor weight_start = normal({37}, 3);
  const at::Tensor above = normal({300, 37}, 4);
  const auto gradients = [&](const auto& norm) {
    at::Tensor x = start.clone().requires_grad_();
    at::Tensor weight = weight_start.clone().requires_grad_();
    (norm(x, weight) * above).sum().backward();
    return std::vector<at::Tensor>{x.grad(), weight.grad()};
  };
  const auto ours = gradients(
      [](const at::Tensor& x, const at::Tensor& weight) { return rms_norm(x, weight, kEpsilon); });
  const auto theirs = gradients(reference);
  EXPECT_TRUE(at::allclose(ours[0], theirs[0], 1e-4, 1e-5));
  EXPECT_TRUE(at::allclose(ours[1], theirs[1], 1e-4, 1e-3));
}

TEST(RmsNormFunction, NarrowsItsResultOnce) {
  const at::Tensor x = normal({4, 40}, 5);
  const at::Tensor weight = normal({40}, 6);
  EXPECT_TRUE(at::equal(rms_norm(x, weight, kEpsilon, at::kBFloat16),
                        rms_norm(x, weight, kEpsilon).to(at::kBFloat16)));
  const at::Tensor turned = normal({40, 4}, 7).t();
  EXPECT_TRUE(
      at::equal(rms_norm(turned, weight, kEpsilon), rms_norm(turned.clone(), weight, kEpsilon)));
}

}  // namespace
}  // namespace yonder::nn
