// SPDX-License-Identifier: Apache-2.0
#include "yonder/nn/random_tensor.h"

#include "yonder/base/random.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

namespace yonder::nn {
namespace {

TEST(FillNormal, IsTheSequenceOfThePhiloxStream) {
  at::Tensor t = at::empty({2, 3});
  fill_normal(t, 0.5, 11, 4);
  Rng rng(11, 4);
  for (int64_t i = 0; i < t.numel(); ++i) {
    EXPECT_EQ(t.flatten()[i].item<float>(), static_cast<float>(0.5 * rng.normal()));
  }
}

TEST(FillNormal, FillsViewsAndOtherTypes) {
  at::Tensor wide = at::empty({3, 2});
  fill_normal(wide.t(), 1, 1, 1);
  at::Tensor expected = at::empty({2, 3});
  fill_normal(expected, 1, 1, 1);
  EXPECT_TRUE(at::equal(wide.t(), expected));
  at::Tensor narrow = at::empty({2, 3}, at::kBFloat16);
  fill_normal(narrow, 1, 1, 1);
  EXPECT_TRUE(at::equal(narrow, expected.to(at::kBFloat16)));
}

TEST(FillNormal, HasTheAskedDeviation) {
  at::Tensor t = at::empty({100'000});
  fill_normal(t, 0.02, 3, 0);
  EXPECT_NEAR(t.std().item<double>(), 0.02, 0.0002);
  EXPECT_NEAR(t.mean().item<double>(), 0, 0.0003);
}

}  // namespace
}  // namespace yonder::nn
