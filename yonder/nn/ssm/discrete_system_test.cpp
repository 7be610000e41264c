// SPDX-License-Identifier: Apache-2.0
// Every row of the table under one contract: convolution, scan in chunks of any length and steps
// are the same function. Kernels are compared with plain loops.
#include "yonder/nn/ssm/discrete_system.h"

#include "yonder/base/random.h"
#include "yonder/memory/discretization.h"
#include "yonder/nn/device.h"
#include "yonder/nn/random_tensor.h"
#include "yonder/nn/ssm/low_rank_reference.h"
#include "yonder/nn/ssm/table.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <complex>
#include <memory>
#include <string>
#include <vector>

namespace yonder::nn {
namespace {

using Complex = std::complex<double>;

// Start values in float64, those of rtf moved off zero (poles within .9).
NamedTensors parameters_of(const std::string& name, int64_t width, int64_t state) {
  SsmOptions options;
  options.start = name;
  options.state = state;
  Rng rng(3, 0);
  NamedTensors values = ssm_row(name).start(ssm_row(name), width, options, rng);
  for (auto& [key, value] : values) {
    value = value.to(at::kDouble);
  }
  if (name == "rtf") {
    // 1 - 1.6 z^-1 + .81 z^-2 (radius .9), and small ones.
    fill_normal(values["a"], 0.01, 4, 0);
    values["a"].select(1, 0).fill_(-1.6);
    values["a"].select(1, 1).fill_(0.81);
  }
  return values;
}

at::Tensor normal(at::IntArrayRef shape, uint64_t stream) {
  at::Tensor tensor = at::empty(shape, at::kDouble);
  fill_normal(tensor, 1, 11, stream);
  return tensor;
}

double relative_difference(const at::Tensor& a, const at::Tensor& b) {
  return ((a - b).abs().max() / b.abs().max()).item<double>();
}

OutputAndState by_steps(const DiscreteSystem& system, const at::Tensor& u, at::Tensor state) {
  std::vector<at::Tensor> outputs;
  for (int64_t t = 0; t < u.size(1); ++t) {
    OutputAndState next = system.step(u.select(1, t), state);
    outputs.push_back(next.output);
    state = next.state;
  }
  return {at::stack(outputs, 1), state};
}

class EveryStart : public testing::TestWithParam<std::string> {
 protected:
  // Threads only wait for each other on systems this small.
  void SetUp() override { set_threads(1); }
};
INSTANTIATE_TEST_SUITE_P(Table, EveryStart, testing::ValuesIn(ssm_start_names()),
                         [](const auto& tested) {
                           std::string name = tested.param;
                           std::replace(name.begin(), name.end(), '-', '_');
                           return name;
                         });

TEST_P(EveryStart, ConvolutionIsTheRecurrence) {
  const auto system = ssm_row(GetParam()).system(parameters_of(GetParam(), 3, 16));
  for (const int64_t length : {1, 2, 5, 64, 301}) {
    const at::Tensor u = normal({2, length, 3}, 1);
    const at::Tensor fast = causal_convolution(u, system->kernel(length, at::kDouble));
    const at::Tensor slow = by_steps(*system, u, at::zeros({2, 3, 16}, at::kDouble)).output;
    EXPECT_LE(relative_difference(fast, slow), 1e-12) << length;
  }
}

TEST_P(EveryStart, ScanIsTheRecurrenceForEveryChunk) {
  const auto system = ssm_row(GetParam()).system(parameters_of(GetParam(), 3, 8));
  const at::Tensor u = normal({2, 45, 3}, 1);
  const at::Tensor state = normal({2, 3, 8}, 2);
  const OutputAndState slow = by_steps(*system, u, state);
  for (const int64_t chunk : {1, 2, 7, 16, 45, 64}) {
    const OutputAndState fast = chunked_scan(*system, u, state, chunk);
    EXPECT_LE(relative_difference(fast.output, slow.output), 1e-12) << chunk;
    EXPECT_LE(relative_difference(fast.state, slow.state), 1e-12) << chunk;
  }
}

TEST_P(EveryStart, FloatsAgreeToTheSpecifiedDigitsAt4096) {
  const auto system = ssm_row(GetParam()).system(parameters_of(GetParam(), 2, 64));
  const at::Tensor u = normal({1, 4096, 2}, 1);
  const at::Tensor exact = causal_convolution(u, system->kernel(4096, at::kDouble));
  const at::Tensor single = u.to(at::kFloat);
  const at::Tensor convolved = causal_convolution(single, system->kernel(4096, at::kFloat));
  const OutputAndState stepped = by_steps(*system, single, at::zeros({1, 2, 64}, at::kFloat));
  const OutputAndState scanned =
      chunked_scan(*system, single, at::zeros({1, 2, 64}, at::kFloat), 64);
  EXPECT_LE(relative_difference(convolved, exact), 2e-5);
  EXPECT_LE(relative_difference(stepped.output, exact), 2e-5);
  EXPECT_LE(relative_difference(scanned.output, exact), 2e-5);
}

TEST_P(EveryStart, HasTheShapesItNames) {
  TensorShapes shapes;
  for (const auto& [name, value] : parameters_of(GetParam(), 3, 16)) {
    shapes[name] = value.sizes().vec();
  }
  EXPECT_EQ(shapes, ssm_row(GetParam()).shapes(ssm_row(GetParam()), 3, 16));
}

// d/d(parameter, u, state) of a weighted sum of outputs and states against central differences.
TEST_P(EveryStart, HasTheGradientsOfFiniteDifferences) {
  NamedTensors values = parameters_of(GetParam(), 2, 4);
  at::Tensor u = normal({2, 9, 2}, 1);
  at::Tensor state = normal({2, 2, 4}, 2);
  const at::Tensor out_weight = normal({2, 9, 2}, 3);
  const at::Tensor state_weight = normal({2, 2, 4}, 4);
  const auto value = [&]() {
    const auto system = ssm_row(GetParam()).system(values);
    const OutputAndState scanned = chunked_scan(*system, u, state, 4);
    const OutputAndState stepped = system->step(u.select(1, 0), state);
    const at::Tensor convolved = causal_convolution(u, system->kernel(9, at::kDouble));
    return ((scanned.output + convolved) * out_weight).sum() +
           ((scanned.state + stepped.state) * state_weight).sum() + stepped.output.sum();
  };
  std::vector<at::Tensor> leaves = {u, state};
  for (auto& [name, tensor] : values) {
    leaves.push_back(tensor);
  }
  for (at::Tensor& leaf : leaves) {
    leaf.requires_grad_(true);
  }
  value().backward();
  const at::NoGradGuard no_grad;
  for (at::Tensor& leaf : leaves) {
    const at::Tensor gradient = leaf.grad();
    const double scale = gradient.abs().max().item<double>() + 1;
    at::Tensor flat = leaf.view(-1);
    for (int64_t i = 0; i < flat.numel(); ++i) {
      const double at_zero = flat[i].item<double>();
      const double h = 1e-5;
      flat[i] = at_zero + h;
      const double up = value().item<double>();
      flat[i] = at_zero - h;
      const double down = value().item<double>();
      flat[i] = at_zero;
      EXPECT_NEAR(gradient.view(-1)[i].item<double>(), (up - down) / (2 * h), 1e-6 * scale);
    }
  }
}

TEST(DiagonalSystem, HasTheKernelOfTheFormula) {
  const NamedTensors values = parameters_of("s4d-inv", 2, 8);
  const at::Tensor kernel = diagonal_system(values)->kernel(300, at::kDouble);
  for (int64_t d = 0; d < 2; ++d) {
    const double step = std::exp(values.at("log_dt")[d].item<double>());
    for (const int64_t l : {0, 1, 17, 299}) {
      double expected = 0;
      for (int64_t n = 0; n < 4; ++n) {
        const Complex pole(-std::exp(values.at("log_A_real")[d][n].item<double>()),
                           values.at("A_imag")[d][n].item<double>());
        const Complex c(values.at("C")[d][n][0].item<double>(),
                        values.at("C")[d][n][1].item<double>());
        expected += 2 * std::real(c * (std::exp(step * pole) - 1.0) / pole *
                                  std::exp(static_cast<double>(l) * step * pole));
      }
      EXPECT_NEAR(kernel[d][l].item<double>(), expected, 1e-13) << l;
    }
  }
}

// C = conj(B) of the pairs is B^T of the memory's own coordinates.
TEST(LowRankSystem, IsTheBilinearMemory) {
  for (const std::string name : {"s4-legs", "s4-legt", "s4-fout"}) {
    NamedTensors values = parameters_of(name, 1, 8);
    values["C"] = values["B"] * at::tensor({1.0, -1.0}, at::kDouble);
    values["log_dt"].fill_(std::log(0.02));
    const at::Tensor kernel = low_rank_system(values)->kernel(60, at::kDouble);
    // As a system that does not vary in time: legs without its division by t.
    memory::System dense = memory::system(
        memory::Measure::parse(name == "s4-legs" ? "legs" : name.substr(3) + ":1"), 8);
    dense.time_varying = false;
    const memory::Discrete step = memory::discretise(dense, memory::Rule::bilinear, 0.02);
    std::vector<double> x = step.b;
    // Start values of legt and fout decay by 1e-4 per time unit more than the memory; parameters
    // are float32 at the start.
    const double tolerance = name == "s4-legs" ? 1e-5 : 1e-3;
    for (int64_t l = 0; l < 60; ++l) {
      double expected = 0;
      for (size_t n = 0; n < 8; ++n) {
        expected += dense.b[n] * x[n];
      }
      EXPECT_NEAR(kernel[0][l].item<double>(), expected, tolerance) << name << " " << l;
      std::vector<double> next(8, 0.0);
      for (int64_t i = 0; i < 8; ++i) {
        for (int64_t j = 0; j < 8; ++j) {
          next[static_cast<size_t>(i)] += step.a.at(i, j) * x[static_cast<size_t>(j)];
        }
      }
      x = next;
    }
  }
}

TEST(LowRankSystem, HasTheKernelOfTheGeneratingFunction) {
  for (const std::string name : {"s4-legs", "s4-legt", "s4-fout"}) {
    const NamedTensors values = parameters_of(name, 2, 8);
    for (const int64_t length : {32, 33}) {  // even: z = -1 is among the points
      const at::Tensor kernel = low_rank_system(values)->kernel(length, at::kDouble);
      for (int64_t d = 0; d < 2; ++d) {
        const std::vector<double> slow = generating_function_kernel(values, d, length);
        for (int64_t l = 0; l < length; ++l) {
          EXPECT_NEAR(kernel[d][l].item<double>(), slow[static_cast<size_t>(l)], 1e-11)
              << name << " " << length << " " << l;
        }
      }
    }
  }
}

TEST(RationalSystem, HasTheSeriesOfTheQuotient) {
  const NamedTensors values = parameters_of("rtf", 2, 6);
  for (const int64_t length : {1, 4, 7, 100}) {
    const at::Tensor kernel = rational_system(values)->kernel(length, at::kDouble);
    for (int64_t d = 0; d < 2; ++d) {
      std::vector<double> series;
      for (int64_t l = 0; l < length; ++l) {
        double k = l < 6 ? values.at("b")[d][l].item<double>() : 0;
        for (int64_t j = 1; j <= std::min<int64_t>(6, l); ++j) {
          k -= values.at("a")[d][j - 1].item<double>() * series[static_cast<size_t>(l - j)];
        }
        series.push_back(k);
        EXPECT_NEAR(kernel[d][l].item<double>(), k, 1e-13) << length << " " << l;
      }
    }
  }
}

}  // namespace
}  // namespace yonder::nn
