// SPDX-License-Identifier: Apache-2.0
#include "yonder/nn/apply_rope.h"

#include "yonder/nn/random_tensor.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <cmath>

namespace yonder::nn {
namespace {

const std::vector<double> kTheta = {1, 0.1, 0.01, 0.001};

at::Tensor normal(at::IntArrayRef shape, uint64_t stream) {
  at::Tensor t = at::empty(shape);
  fill_normal(t, 1, 5, stream);
  return t;
}

at::Tensor positions_of(const std::vector<double>& positions) {
  return at::tensor(positions, at::kDouble);
}

TEST(ApplyRope, TurnsEachPairByPositionTimesTheta) {
  const at::Tensor x = normal({3, 8}, 0);
  const std::vector<double> positions = {0, 2.5, 70000};
  const at::Tensor y = apply_rope(x, make_rotation(positions_of(positions), kTheta));
  for (int64_t t = 0; t < 3; ++t) {
    for (int64_t c = 0; c < 4; ++c) {
      const double angle = positions[static_cast<size_t>(t)] * kTheta[static_cast<size_t>(c)];
      const double a = x[t][c].item<double>();
      const double b = x[t][c + 4].item<double>();
      EXPECT_NEAR(y[t][c].item<double>(), a * std::cos(angle) - b * std::sin(angle), 1e-6);
      EXPECT_NEAR(y[t][c + 4].item<double>(), b * std::cos(angle) + a * std::sin(angle), 1e-6);
    }
  }
}

TEST(ApplyRope, MakesProductsDependOnDistanceOnly) {
  const at::Tensor q = normal({1, 8}, 1);
  const at::Tensor k = normal({1, 8}, 2);
  const auto product = [&](double i, double j) {
    return (apply_rope(q, make_rotation(positions_of({i}), kTheta)) *
            apply_rope(k, make_rotation(positions_of({j}), kTheta)))
        .sum()
        .item<double>();
  };
  EXPECT_NEAR(product(17, 5), product(112, 100), 1e-5);
}

TEST(ApplyRope, LeavesChannelsBeyondTheTableAlone) {
  const at::Tensor x = normal({2, 12}, 3);
  const at::Tensor y = apply_rope(x, make_rotation(positions_of({3, 4}), kTheta));
  EXPECT_TRUE(at::equal(y.narrow(-1, 8, 4), x.narrow(-1, 8, 4)));
  EXPECT_FALSE(at::allclose(y.narrow(-1, 0, 8), x.narrow(-1, 0, 8)));
}

TEST(ApplyRope, OfHeadsIsThatOfEachHeadWithItsGradient) {
  // Four axes take the kernel, fewer torch's operations.
  for (const at::ScalarType type : {at::kFloat, at::kBFloat16}) {
    const at::Tensor start = normal({2, 5, 3, 10}, 8).to(type);
    at::Tensor x = start.clone().requires_grad_();
    const Rotation rotation = make_rotation(at::arange(10, at::kDouble).view({2, 1, 5}), kTheta);
    const at::Tensor above = normal({2, 3, 5, 10}, 9);
    const at::Tensor y = apply_rope(x.transpose(1, 2), rotation, type);
    (y.to(at::kFloat) * above).sum().backward();
    for (int64_t b = 0; b < 2; ++b) {
      for (int64_t h = 0; h < 3; ++h) {
        const Rotation own = {rotation.cos[b][0], rotation.sin[b][0]};
        at::Tensor row = start.transpose(1, 2)[b][h].clone().requires_grad_();
        const at::Tensor expected = apply_rope(row, own, type);
        (expected.to(at::kFloat) * above[b][h]).sum().backward();
        const double tolerance = type == at::kFloat ? 1e-6 : 2e-2;
        EXPECT_TRUE(at::allclose(y[b][h], expected, tolerance, tolerance));
        EXPECT_TRUE(at::allclose(x.grad().transpose(1, 2)[b][h], row.grad(), tolerance, tolerance));
      }
    }
  }
}

TEST(ApplyRope, BroadcastsOverBatchAndHeadsAndWidensNarrowTypes) {
  const at::Tensor x = normal({2, 3, 5, 8}, 4).to(at::kBFloat16);
  const Rotation rotation = make_rotation(at::arange(5, at::kDouble), kTheta);
  const at::Tensor y = apply_rope(x, rotation);
  EXPECT_EQ(y.scalar_type(), at::kFloat);
  EXPECT_TRUE(at::equal(y[1][2], apply_rope(x[1][2], rotation)));
}

TEST(ApplyRope, ScalesWhatItTurns) {
  const at::Tensor x = normal({3, 8}, 7);
  const at::Tensor positions = positions_of({1, 2, 3});
  const at::Tensor scale = at::tensor({0.5, 2.0, -1.0}, at::kDouble).unsqueeze(-1);
  EXPECT_TRUE(at::allclose(apply_rope(x, make_rotation(positions, kTheta, scale)),
                           apply_rope(x, make_rotation(positions, kTheta)) * scale.to(at::kFloat),
                           1e-5, 1e-6));
}

TEST(ApplyRope, GivesTheGradientOfARotation) {
  at::Tensor x = normal({4, 8}, 5).requires_grad_();
  const Rotation rotation = make_rotation(at::arange(4, at::kDouble), kTheta);
  const at::Tensor weight = normal({4, 8}, 6);
  (apply_rope(x, rotation) * weight).sum().backward();
  // The transpose of a rotation turns back.
  const at::Tensor back = apply_rope(weight, {rotation.cos, -rotation.sin});
  EXPECT_TRUE(at::allclose(x.grad(), back, 1e-5, 1e-6));
}

}  // namespace
}  // namespace yonder::nn
