// SPDX-License-Identifier: Apache-2.0
#include "tests/error_text.h"
#include "yonder/nn/adamw.h"
#include "yonder/nn/random_tensor.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <torch/torch.h>

#include <limits>

namespace yonder::nn {
namespace {

using testing::HasSubstr;

at::Tensor leaf(at::IntArrayRef shape, uint64_t stream) {
  at::Tensor t = at::empty(shape);
  fill_normal(t, 1, 7, stream);
  return t.requires_grad_();
}

void set_gradient(at::Tensor& parameter, uint64_t stream) {
  at::Tensor gradient = at::empty(parameter.sizes());
  fill_normal(gradient, 0.3, 8, stream);
  parameter.mutable_grad() = gradient;
}

TEST(AdamW, TakesTheStepsOfTorchsOwn) {
  OptimizerOptions options;
  options.weight_decay = 0.1;
  options.clip = 0;
  at::Tensor ours = leaf({5, 3}, 0);
  at::Tensor theirs = ours.detach().clone().requires_grad_();
  AdamW adamw({{"weight", ours}}, options);
  torch::optim::AdamW reference({theirs}, torch::optim::AdamWOptions(0.01)
                                              .betas({options.beta1, options.beta2})
                                              .eps(options.epsilon)
                                              .weight_decay(options.weight_decay));
  for (uint64_t step = 0; step < 20; ++step) {
    set_gradient(ours, step);
    set_gradient(theirs, step);
    adamw.step(0.01);
    reference.step();
    // A few roundings of float32 a step.
    ASSERT_TRUE(at::allclose(ours, theirs, 1e-6, 2e-6)) << "step " << step;
  }
}

TEST(AdamW, FirstStepGoesAgainstTheSignByTheLearningRate) {
  at::Tensor b = leaf({4}, 0);
  const at::Tensor before = b.detach().clone();
  AdamW adamw({{"b", b}}, {});
  set_gradient(b, 1);
  adamw.step(0.01);
  EXPECT_TRUE(at::allclose(b, before - 0.01 * b.grad().sign(), 1e-5, 1e-6));
}

TEST(AdamW, DecaysMatricesOnly) {
  at::Tensor w = leaf({2, 2}, 0);
  at::Tensor b = leaf({2}, 1);
  at::Tensor poles = leaf({2, 2}, 2);
  const at::Tensor w_before = w.detach().clone();
  const at::Tensor b_before = b.detach().clone();
  const at::Tensor poles_before = poles.detach().clone();
  OptimizerOptions options;
  options.weight_decay = 0.5;
  AdamW adamw({{"q.weight", w}, {"q.bias", b}, {"ssm.A_imag", poles}}, options);
  w.mutable_grad() = at::zeros_like(w);
  b.mutable_grad() = at::zeros_like(b);
  poles.mutable_grad() = at::zeros_like(poles);
  adamw.step(0.1);
  EXPECT_TRUE(at::allclose(w, w_before * 0.95));
  EXPECT_TRUE(at::equal(b, b_before));
  EXPECT_TRUE(at::equal(poles, poles_before));
}

TEST(AdamW, ClipsTheCommonNorm) {
  OptimizerOptions options;
  options.clip = 1;
  at::Tensor a = leaf({3}, 0);
  at::Tensor b = leaf({3}, 1);
  AdamW adamw({{"a", a}, {"b", b}}, options);
  a.mutable_grad() = at::full({3}, 10.0F);
  b.mutable_grad() = at::full({3}, 10.0F);
  EXPECT_NEAR(adamw.step(0), 10 * std::sqrt(6.0), 1e-4);
  // mean = (1 - beta1) g / |g|
  EXPECT_NEAR(adamw.state().at("mean.a")[0].item<double>(), 0.1 / std::sqrt(6.0), 1e-7);
}

TEST(AdamW, LeavesParametersWithoutGradient) {
  at::Tensor a = leaf({3, 3}, 0);
  at::Tensor b = leaf({3, 3}, 1);
  const at::Tensor before = b.detach().clone();
  AdamW adamw({{"a", a}, {"b", b}}, {});
  set_gradient(a, 0);
  adamw.step(0.1);
  EXPECT_TRUE(at::equal(b, before));
  adamw.zero_grad();
  EXPECT_FALSE(a.grad().defined());
}

TEST(AdamW, RefusesAGradientThatIsNotFiniteAndChangesNothing) {
  at::Tensor a = leaf({3}, 0);
  AdamW adamw({{"a", a}}, {});
  const at::Tensor before = a.detach().clone();
  a.mutable_grad() = at::full({3}, std::numeric_limits<float>::quiet_NaN());
  EXPECT_THAT(error_text(ErrorKind::numerical, [&] { adamw.step(0.1); }),
              HasSubstr("gradient is not finite"));
  EXPECT_TRUE(at::equal(a, before));
  EXPECT_EQ(adamw.state().at("steps").item<int64_t>(), 0);
}

TEST(AdamW, GoesOnFromItsStateBitForBit) {
  at::Tensor straight = leaf({4, 4}, 0);
  at::Tensor resumed = straight.detach().clone().requires_grad_();
  AdamW first({{"w", straight}}, {});
  const auto run = [](AdamW& adamw, at::Tensor& w, uint64_t from, uint64_t to) {
    for (uint64_t step = from; step < to; ++step) {
      set_gradient(w, step);
      adamw.step(0.01);
    }
  };
  run(first, straight, 0, 9);
  {
    AdamW part({{"w", resumed}}, {});
    run(part, resumed, 0, 4);
    AdamW rest({{"w", resumed}}, {});
    rest.load(part.state());
    run(rest, resumed, 4, 9);
  }
  EXPECT_TRUE(at::equal(straight, resumed));
}

TEST(AdamW, NamesWhatAStateLacks) {
  at::Tensor a = leaf({3}, 0);
  AdamW adamw({{"a", a}}, {});
  NamedTensors state = adamw.state();
  state["square.a"] = at::zeros({4});
  EXPECT_THAT(error_text(ErrorKind::bad_data, [&] { adamw.load(state); }), HasSubstr("square.a"));
  state.erase("mean.a");
  EXPECT_THAT(error_text(ErrorKind::bad_data, [&] { adamw.load(state); }), HasSubstr("mean.a"));
}

}  // namespace
}  // namespace yonder::nn
