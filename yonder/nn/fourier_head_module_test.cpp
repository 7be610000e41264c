// SPDX-License-Identifier: Apache-2.0
#include "yonder/nn/fourier_head_module.h"

#include "yonder/base/error.h"
#include "yonder/nn/random_tensor.h"

#include <gtest/gtest.h>

#include <cmath>
#include <string>

namespace yonder::nn {
namespace {

torch::Tensor normal(at::IntArrayRef shape, uint64_t stream) {
  torch::Tensor tensor = torch::empty(shape);
  fill_normal(tensor, 1, 11, stream);
  return tensor;
}

TEST(FourierHeadModule, StartsAsTheUniformDensity) {
  FourierHead circle(FourierHeadOptions{.in = 8, .order = 5, .domain = "circular:24"});
  const torch::Tensor hidden = normal({50, 8}, 0);
  const torch::Tensor y = torch::rand({50, 1}) * 24;
  const torch::Tensor nll = circle->nll(hidden, y);
  EXPECT_LE((nll - std::log(24.0)).abs().max().item<double>(), 0.2);
  EXPECT_NEAR(nll.mean().item<double>(), std::log(24.0), 0.02);
}

TEST(FourierHeadModule, HasOneDensityPerChannel) {
  for (const std::string domain : {"line", "reflected:0:1", "interval:0:1", "circular:1"}) {
    FourierHead head(FourierHeadOptions{.in = 8, .order = 5, .channels = 3, .domain = domain});
    const torch::Tensor hidden = normal({4, 7, 8}, 0);
    const torch::Tensor y = torch::full({4, 7, 3}, 0.25);
    EXPECT_EQ(head->nll(hidden, y).sizes(), y.sizes());
    EXPECT_EQ(head->quantile(hidden, y).sizes(), y.sizes());
    EXPECT_EQ(head->sample(hidden, 1, 2).sizes(), y.sizes());
    EXPECT_EQ(head->bin_logprob(hidden, torch::ones({4, 7, 3}), 0.2).sizes(), y.sizes());
    const torch::Tensor u = torch::full({4, 7, 3}, 0.3);
    EXPECT_LE((head->cdf(hidden, head->quantile(hidden, u)) - u).abs().max().item<double>(), 1e-7);
  }
}

TEST(FourierHeadModule, BinsOfALineAddUpToOne) {
  FourierHead head(FourierHeadOptions{.in = 8, .order = 5, .location = 3, .scale = 2});
  const torch::Tensor hidden = normal({1, 8}, 0).expand({401, 8});
  const torch::Tensor k = torch::arange(-200, 201).unsqueeze(1);
  EXPECT_NEAR(head->bin_logprob(hidden, k, 0.5).exp().sum().item<double>(), 1, 1e-12);
}

TEST(FourierHeadModule, LearnsAConditionalDensity) {
  // Y = +-1 with a sign that depends on nothing, plus noise whose size is the input: two peaks.
  FourierHead head(FourierHeadOptions{.in = 2, .order = 8, .base = "normal", .scale = 1});
  torch::optim::Adam optimizer(head->parameters(), torch::optim::AdamOptions(0.02));
  double last = 0;
  for (uint64_t step = 0; step < 300; ++step) {
    const torch::Tensor noise = normal({256, 2}, step);
    const torch::Tensor sign = noise.select(1, 0).sign();
    const torch::Tensor y = (sign + 0.1 * noise.select(1, 1)).unsqueeze(1);
    const torch::Tensor loss = head->nll(torch::ones({256, 2}), y).mean();
    optimizer.zero_grad();
    loss.backward();
    optimizer.step();
    last = loss.item<double>();
  }
  // Entropy: ln 2 + ln(0.1 sqrt(2 pi e)) = -0.1905; of one normal of the same variance 1.4239.
  EXPECT_LE(last, 0.1);
}

TEST(FourierHeadModule, KeepsItsLikelihoodInFloat32ForHiddenStatesOfBf16) {
  FourierHead head(FourierHeadOptions{.in = 8, .order = 5});
  const torch::Tensor hidden = normal({4, 8}, 0).to(torch::kBFloat16);
  const torch::Tensor nll = head->nll(hidden, torch::zeros({4, 1}));
  EXPECT_EQ(nll.scalar_type(), torch::kFloat);
  EXPECT_TRUE(nll.equal(head->nll(hidden.to(torch::kFloat), torch::zeros({4, 1}))));
}

TEST(FourierHeadModule, RefusesWhatItCannotBe) {
  EXPECT_THROW(FourierHead(FourierHeadOptions{.order = 0}), Error);
  EXPECT_THROW(FourierHead(FourierHeadOptions{.base = "student"}), Error);
  EXPECT_THROW(FourierHead(FourierHeadOptions{.scale = 0}), Error);
  EXPECT_THROW(FourierHead(FourierHeadOptions{.domain = "circle:3"}), Error);
  FourierHead head(FourierHeadOptions{.in = 8, .order = 5});
  EXPECT_THROW(head->bin_logprob(torch::zeros({1, 8}), torch::zeros({1, 1}), 0), Error);
}

}  // namespace
}  // namespace yonder::nn
