// SPDX-License-Identifier: Apache-2.0
// Values against memory, gradients against finite differences.
#include "yonder/nn/memory_gradient.h"

#include "yonder/base/error.h"
#include "yonder/memory/merge.h"
#include "yonder/nn/random_tensor.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <string>
#include <vector>

namespace yonder::nn {
namespace {

using memory::Measure;

at::Tensor normal(at::IntArrayRef shape, uint64_t stream) {
  at::Tensor tensor = at::empty(shape, at::kDouble);
  fill_normal(tensor, 1, 5, stream);
  return tensor;
}

at::Tensor number(double value) { return at::scalar_tensor(value, at::kDouble); }

void expect_gradients(const std::function<at::Tensor()>& value, std::vector<at::Tensor> leaves) {
  for (at::Tensor& leaf : leaves) {
    leaf.requires_grad_(true);
    leaf.mutable_grad() = at::Tensor();
  }
  value().backward();
  const at::NoGradGuard no_grad;
  for (at::Tensor& leaf : leaves) {
    at::Tensor flat = leaf.view(-1);
    for (int64_t i = 0; i < flat.numel(); ++i) {
      const double middle = flat[i].item<double>();
      const double h = 1e-5;
      flat[i] = middle + h;
      const double up = value().item<double>();
      flat[i] = middle - h;
      const double down = value().item<double>();
      flat[i] = middle;
      const double difference = (up - down) / (2 * h);
      EXPECT_NEAR(leaf.grad().view(-1)[i].item<double>(), difference,
                  1e-7 * (1 + std::abs(difference)));
    }
  }
}

TEST(MergeCoefficients, AreThoseOfMemory) {
  const at::Tensor older = normal({3, 6}, 0);
  const at::Tensor newer = normal({3, 6}, 1);
  for (const double length : {0.3, 1.0, 7.0}) {
    at::Tensor expected = at::empty({3, 6}, at::kDouble);
    memory::merge_coefficients(6, length, 1, {older.data_ptr<double>(), 18},
                               {newer.data_ptr<double>(), 18}, {expected.data_ptr<double>(), 18});
    const at::Tensor found = merge_coefficients(older, newer, number(length), number(1));
    EXPECT_LE((found - expected).abs().max().item<double>(), 1e-14);
  }
}

TEST(MergeCoefficients, HaveTheGradientsOfFiniteDifferences) {
  const at::Tensor weight = normal({3, 5}, 2);
  const at::Tensor older = normal({3, 5}, 0);
  const at::Tensor newer = normal({3, 5}, 1);
  for (const bool own : {false, true}) {
    const at::Tensor first = own ? at::tensor({0.4, 1.0, 3.0}, at::kDouble) : number(0.7);
    const at::Tensor second = own ? at::tensor({1.0, 0.2, 5.0}, at::kDouble) : number(1.9);
    expect_gradients(
        [&] { return (merge_coefficients(older, newer, first, second) * weight).sum(); },
        {older, newer, first, second});
  }
}

TEST(LegsStep, IsTheVectorOfTheSpecification) {
  // u = 1, -2, .5, 3; N = 4.
  at::Tensor state = at::tensor({1.0, 0.0, 0.0, 0.0}, at::kDouble);
  const std::vector<double> u = {1, -2, .5, 3};
  for (int64_t k = 1; k < 4; ++k) {
    state = legs_step(state, number(u[static_cast<size_t>(k)]), number(static_cast<double>(k)),
                      number(1));
  }
  const at::Tensor expected =
      at::tensor({.625, .920151991520966, 1.152972550898328, -.428901091442111}, at::kDouble);
  EXPECT_LE((state - expected).abs().max().item<double>(), 2e-15);
}

TEST(LegsStep, HasTheGradientsOfFiniteDifferencesThroughTime) {
  const at::Tensor u = normal({2, 4}, 3);
  const at::Tensor state = normal({2, 5}, 4);
  const at::Tensor dt = at::tensor({0.5, 1.0, 0.25, 2.0}, at::kDouble);
  const at::Tensor weight = normal({2, 5}, 5);
  expect_gradients(
      [&] {
        at::Tensor x = state;
        at::Tensor elapsed = number(1.5);
        for (int64_t k = 0; k < 4; ++k) {
          x = legs_step(x, u.select(1, k), elapsed, dt[k]);
          elapsed = elapsed + dt[k];
        }
        return (x * weight).sum();
      },
      {u, state, dt});
}

TEST(HeldStep, HasTheGradientsOfFiniteDifferences) {
  for (const std::string text : {"legt:1", "lagt:2", "fout:1", "chebt:1"}) {
    const Measure measure = Measure::parse(text);
    const at::Tensor u = normal({2}, 3);
    const at::Tensor state = normal({2, 6}, 4);
    const at::Tensor dt = number(0.07);
    const at::Tensor weight = normal({2, 6}, 5);
    expect_gradients([&] { return (held_step(measure, state, u, dt) * weight).sum(); },
                     {u, state, dt});
  }
}

TEST(HeldStep, IsTheVectorOfTheSpecification) {
  // V3: legt, N = 3, w = 1, dt = .1.
  const at::Tensor state = at::tensor({1.0, 2.0, -1.0}, at::kDouble);
  const at::Tensor found = held_step(Measure::parse("legt:1"), state, number(0.5), number(0.1));
  const at::Tensor expected =
      at::tensor({.908051265762 + 2 * .170934966907 + .138477679742 + .5 * .091948734238,
                  -.170934966907 + 2 * .673912319344 - .268324742769 + .5 * .170934966907,
                  -.138477679742 - 2 * .268324742769 - .572110266098 + .5 * .138477679742},
                 at::kDouble);
  EXPECT_LE((found - expected).abs().max().item<double>(), 5e-12);
}

TEST(Reconstruct, HasTheGradientsOfFiniteDifferences) {
  for (const std::string text : {"legs", "legt:2", "lagt:0.5", "fout:2", "chebt:2", "window:2"}) {
    const at::Tensor coefficients = normal({2, 6}, 0);
    const at::Tensor ages = at::tensor({0.1, 0.7, 1.9}, at::kDouble);
    const at::Tensor weight = normal({2, 3}, 1);
    expect_gradients(
        [&] { return (reconstruct(Measure::parse(text), coefficients, ages, 2) * weight).sum(); },
        {coefficients, ages});
  }
}

TEST(Reconstruct, ReadsAPolynomialBack) {
  // c of u = s on [-1, 1]: c_1 = 1/sqrt 3.
  const at::Tensor c = at::tensor({0.0, 1 / std::sqrt(3.0), 0.0}, at::kDouble);
  const at::Tensor found =
      reconstruct(Measure::parse("legs"), c, at::tensor({0.0, 1.0, 4.0}, at::kDouble), 4);
  const at::Tensor expected = at::tensor({1.0, 0.5, -1.0}, at::kDouble);
  EXPECT_LE((found - expected).abs().max().item<double>(), 1e-15);
}

TEST(MemoryGradient, RefusesWhatHasNoMeaning) {
  const at::Tensor c = normal({2, 3}, 0);
  EXPECT_THROW(merge_coefficients(c, normal({2, 4}, 0), number(1), number(1)), Error);
  EXPECT_THROW(merge_coefficients(c, c, number(0), number(1)), Error);
  EXPECT_THROW(merge_coefficients(c, c, at::ones({3}), at::ones({3})), Error);
  EXPECT_THROW(held_step(Measure::parse("legs"), c, normal({2}, 0), number(1)), Error);
  EXPECT_THROW(held_step(Measure::parse("legt:1"), c, normal({2}, 0), number(-1)), Error);
  EXPECT_THROW(held_step(Measure::parse("legt:1"), c, normal({3}, 0), number(1)), Error);
  EXPECT_THROW(legs_step(c, normal({3}, 0), number(1), number(1)), Error);
  EXPECT_THROW(reconstruct(Measure::parse("legs"), c, at::ones({1}), 0.5), Error);
}

}  // namespace
}  // namespace yonder::nn
