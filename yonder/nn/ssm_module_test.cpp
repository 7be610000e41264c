// SPDX-License-Identifier: Apache-2.0
#include "yonder/nn/ssm_module.h"

#include "yonder/base/error.h"
#include "yonder/nn/random_tensor.h"

#include <gtest/gtest.h>

#include <string>

namespace yonder::nn {
namespace {

torch::Tensor normal(at::IntArrayRef shape, uint64_t stream) {
  torch::Tensor tensor = torch::empty(shape);
  fill_normal(tensor, 1, 11, stream);
  return tensor;
}

double largest_difference(const torch::Tensor& a, const torch::Tensor& b) {
  return (a - b).abs().max().item<double>();
}

TEST(SsmLayer, PiecesAndStepsAreTheWhole) {
  for (const std::string& start : ssm_start_names()) {
    const torch::NoGradGuard no_grad;
    SsmLayer layer(4, SsmOptions{.start = start, .state = 8});
    const torch::Tensor x = normal({2, 100, 4}, 0);
    const torch::Tensor whole = layer->forward(x);
    const OutputAndState first = layer->forward_from(x.slice(1, 0, 70), layer->zero_state(2));
    EXPECT_LE(largest_difference(first.output, whole.slice(1, 0, 70)), 2e-5) << start;
    torch::Tensor state = first.state;
    for (int64_t t = 70; t < 100; ++t) {
      const OutputAndState next = layer->step(x.select(1, t), state);
      EXPECT_LE(largest_difference(next.output, whole.select(1, t)), 2e-5) << start << " " << t;
      state = next.state;
    }
  }
}

TEST(SsmLayer, StepsFollowAParameterThatIsWrittenTo) {
  const torch::NoGradGuard no_grad;
  SsmLayer layer(4, SsmOptions{.state = 8});
  const torch::Tensor x = normal({2, 4}, 0);
  const torch::Tensor before = layer->step(x, layer->zero_state(2)).output;
  layer->initialize(7, 3);
  const torch::Tensor after = layer->step(x, layer->zero_state(2)).output;
  EXPECT_GE(largest_difference(before, after), 1e-3);
  EXPECT_LE(largest_difference(after, layer->forward(x.unsqueeze(1)).squeeze(1)), 1e-6);
}

TEST(SsmLayer, StartsTheSameFromTheSameSeed) {
  SsmLayer one(4, SsmOptions{.state = 8});
  SsmLayer two(4, SsmOptions{.state = 8});
  two->initialize(7, 3);
  one->initialize(7, 3);
  for (const auto& parameter : one->named_parameters()) {
    EXPECT_TRUE(parameter.value().equal(two->named_parameters()[parameter.key()]));
  }
  two->initialize(7, 4);
  EXPECT_FALSE(one->named_parameters()["C"].equal(two->named_parameters()["C"]));
}

TEST(SsmLayer, HasTheNamesOfS4d) {
  const SsmOptions options{.state = 8};
  TensorShapes shapes;
  for (const auto& parameter : SsmLayer(4, options)->named_parameters()) {
    shapes[parameter.key()] = parameter.value().sizes().vec();
  }
  EXPECT_EQ(shapes, options.parameter_shapes(4));
  for (const char* name : {"log_dt", "log_A_real", "A_imag", "C", "D"}) {
    EXPECT_EQ(shapes.count(name), 1U) << name;
  }
}

TEST(SsmLayer, StartsAtThePolesAndStepsOfItsOptions) {
  SsmLayer layer(64, SsmOptions{.state = 8});
  auto parameters = layer->named_parameters();
  const torch::Tensor step = parameters["log_dt"].exp();
  EXPECT_GE(step.min().item<double>(), 1e-3);
  EXPECT_LE(step.max().item<double>(), 1e-1);
  EXPECT_GE((step < 1e-2).sum().item<int64_t>(), 16);  // half of them: uniform in ln
  EXPECT_LE((step < 1e-2).sum().item<int64_t>(), 48);
  // lin: -1/2 + i pi n.
  const torch::Tensor n = torch::arange(4, torch::kFloat);
  EXPECT_LE(largest_difference(parameters["log_A_real"].exp(), torch::full({1, 4}, 0.5)), 1e-7);
  EXPECT_LE(largest_difference(parameters["A_imag"], (M_PI * n).unsqueeze(0)), 1e-6);
}

TEST(SsmLayer, KeepsTheTypeOfItsInput) {
  const torch::NoGradGuard no_grad;
  SsmLayer layer(4, SsmOptions{.state = 8});
  const torch::Tensor x = normal({1, 20, 4}, 0);
  const torch::Tensor low = layer->forward(x.to(torch::kBFloat16));
  EXPECT_EQ(low.scalar_type(), torch::kBFloat16);
  EXPECT_LE(largest_difference(low.to(torch::kFloat), layer->forward(x)), 0.1);
}

TEST(SsmLayer, RefusesWhatItCannotBe) {
  EXPECT_THROW(SsmLayer(4, SsmOptions{.start = "s4d-leg"}), Error);
  EXPECT_THROW(SsmLayer(4, SsmOptions{.state = 7}), Error);
  EXPECT_THROW(SsmLayer(4, SsmOptions{.step_min = 0.1, .step_max = 0.01}), Error);
  SsmLayer layer(4, SsmOptions{.state = 8});
  EXPECT_THROW(layer->forward(torch::zeros({2, 3, 5})), Error);
  EXPECT_THROW(layer->forward(torch::zeros({2, 0, 4})), Error);
  EXPECT_THROW(layer->step(torch::zeros({2, 3, 4}), layer->zero_state(2)), Error);
}

TEST(SsmMixer, PiecesAndStepsAreTheWhole) {
  const torch::NoGradGuard no_grad;
  SsmMixer mixer(4, SsmOptions{.state = 8}, torch::kFloat);
  const torch::Tensor x = normal({2, 70, 4}, 0);
  mixer->in_proj->weight.copy_(normal({8, 4}, 1));
  mixer->out_proj->weight.copy_(normal({4, 4}, 2));
  const torch::Tensor whole = mixer->forward(x);
  const OutputAndState first = mixer->forward_from(x.slice(1, 0, 69), mixer->ssm->zero_state(2));
  const OutputAndState last = mixer->step(x.select(1, 69), first.state);
  EXPECT_LE(largest_difference(first.output, whole.slice(1, 0, 69)), 1e-4);
  EXPECT_LE(largest_difference(last.output, whole.select(1, 69)), 1e-4);
}

TEST(SsmLayer, LearnsADelay) {
  // One channel that is to answer u_(t-5): a few steps of gradient descent on C and the poles take
  // away most of the error.
  SsmLayer layer(1, SsmOptions{.start = "s4-legt", .state = 16, .step_min = 0.1, .step_max = 0.1});
  torch::optim::Adam optimizer(layer->parameters(), torch::optim::AdamOptions(0.02));
  double first = 0;
  double last = 0;
  for (int step = 0; step < 150; ++step) {
    const torch::Tensor x = normal({8, 64, 1}, static_cast<uint64_t>(step));
    const torch::Tensor wanted = torch::constant_pad_nd(x, {0, 0, 5, -5});
    const torch::Tensor loss = (layer->forward(x) - wanted).square().mean();
    optimizer.zero_grad();
    loss.backward();
    optimizer.step();
    last = loss.item<double>();
    first = step == 0 ? last : first;
  }
  EXPECT_LE(last, 0.3 * first);
}

}  // namespace
}  // namespace yonder::nn
