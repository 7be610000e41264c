// SPDX-License-Identifier: Apache-2.0
#include "yonder/nn/layers_module.h"

#include "yonder/nn/linear.h"
#include "yonder/nn/random_tensor.h"

#include <gtest/gtest.h>

#include <cmath>
#include <set>

namespace yonder::nn {
namespace {

at::Tensor normal(at::IntArrayRef shape, uint64_t stream) {
  at::Tensor t = torch::empty(shape);
  fill_normal(t, 1, 9, stream);
  return t;
}

void randomize(torch::nn::Module& module) {
  const torch::NoGradGuard no_grad;
  uint64_t stream = 100;
  for (at::Tensor& parameter : module.parameters()) {
    fill_normal(parameter, 0.5, 9, stream++);
  }
}

std::set<std::string> names_of(const torch::nn::Module& module) {
  std::set<std::string> names;
  for (const auto& item : module.named_parameters()) {
    names.insert(item.key());
  }
  return names;
}

TEST(Linear, IsTheProductWithTheTransposedWeightPlusTheBias) {
  Linear layer(3, 2, /*with_bias=*/true, at::kFloat);
  randomize(*layer);
  const at::Tensor x = normal({4, 3}, 0);
  EXPECT_TRUE(torch::allclose(layer(x), x.matmul(layer->weight.t()) + layer->bias, 1e-5, 1e-6));
  EXPECT_EQ(names_of(*layer), (std::set<std::string>{"weight", "bias"}));
  EXPECT_EQ(names_of(*Linear(3, 2, false, at::kFloat)), (std::set<std::string>{"weight"}));
}

TEST(Linear, ComputesInTheAskedTypeAndKeepsItsGradientInFloat32) {
  Linear layer(8, 4, /*with_bias=*/false, at::kBFloat16);
  randomize(*layer);
  const at::Tensor x = normal({5, 8}, 1);
  const at::Tensor y = layer(x);
  EXPECT_EQ(y.scalar_type(), at::kBFloat16);
  // 8 products, each rounded to 8 bits.
  EXPECT_TRUE(torch::allclose(y.to(at::kFloat), x.matmul(layer->weight.t()), 0.02, 0.03));
  y.to(at::kFloat).sum().backward();
  EXPECT_EQ(layer->weight.grad().scalar_type(), at::kFloat);
}

TEST(RmsNorm, DividesByTheRootOfTheMeanSquare) {
  RmsNorm norm(4, 1e-5);
  randomize(*norm);
  const at::Tensor x = torch::tensor({{1.0F, 2.0F, 3.0F, 4.0F}});
  const double root = std::sqrt(30.0 / 4 + 1e-5);
  EXPECT_TRUE(torch::allclose(norm(x), x / root * norm->weight));
}

TEST(RmsNorm, IsFloat32WhateverComesIn) {
  RmsNorm norm(64, 1e-5);
  const at::Tensor x = normal({3, 64}, 2) * 100;
  const at::Tensor y = norm(x.to(at::kBFloat16));
  EXPECT_EQ(y.scalar_type(), at::kFloat);
  EXPECT_TRUE(torch::equal(y, norm(x.to(at::kBFloat16).to(at::kFloat))));
}

TEST(RmsNorm, AgreesWithFiniteDifferences) {
  const at::Tensor direction = normal({2, 6}, 4);
  const at::Tensor mix = normal({2, 6}, 5);
  at::Tensor x = normal({2, 6}, 3).requires_grad_();
  RmsNorm norm(6, 1e-5);
  randomize(*norm);
  const auto f = [&](double h) { return (norm(x.detach() + h * direction) * mix).sum(); };
  (norm(x) * mix).sum().backward();
  const double slope = ((f(1e-2) - f(-1e-2)) / 2e-2).item<double>();
  EXPECT_NEAR((x.grad() * direction).sum().item<double>(), slope, 1e-3 * (1 + std::abs(slope)));
}

TEST(GatedMlp, IsTheGatedProduct) {
  GatedMlp mlp(4, 6, /*with_bias=*/true, at::kFloat);
  randomize(*mlp);
  const at::Tensor x = normal({3, 4}, 6);
  const at::Tensor gate = mlp->gate_proj(x);
  const at::Tensor expected = mlp->down_proj(gate * torch::sigmoid(gate) * mlp->up_proj(x));
  EXPECT_TRUE(torch::allclose(mlp(x), expected, 1e-5, 1e-6));
}

TEST(GatedMlp, HasTheNamesOfHuggingFace) {
  EXPECT_EQ(names_of(*GatedMlp(4, 6, false, at::kFloat)),
            (std::set<std::string>{"gate_proj.weight", "up_proj.weight", "down_proj.weight"}));
}

}  // namespace
}  // namespace yonder::nn
