// SPDX-License-Identifier: Apache-2.0
// Float32 over 65,536 positions: what a long text does to the three ways of running a system.
#include "yonder/nn/random_tensor.h"
#include "yonder/nn/ssm/discrete_system.h"
#include "yonder/nn/ssm/table.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <string>

namespace yonder::nn {
namespace {

constexpr int64_t kLength = 65536;

double relative_difference(const at::Tensor& a, const at::Tensor& b) {
  return ((a - b).abs().max() / b.abs().max()).item<double>();
}

TEST(DiscreteSystem, KeepsItsDigitsInFloat32OverLongTexts) {
  for (const SsmRow& row : ssm_rows()) {
    SsmOptions options;
    options.start = row.name;
    Rng rng(3, 0);
    const auto system = row.system(row.start(row, 2, options, rng));
    at::Tensor u = at::empty({1, kLength, 2}, at::kDouble);
    fill_normal(u, 1, 11, 0);
    const at::Tensor exact = causal_convolution(u, system->kernel(kLength, at::kDouble));
    const at::Tensor single = u.to(at::kFloat);
    EXPECT_LE(
        relative_difference(causal_convolution(single, system->kernel(kLength, at::kFloat)), exact),
        1e-4)
        << row.name;
    // Prefill all but the last positions, then one by one.
    const int64_t read = kLength - 16;
    OutputAndState at = chunked_scan(*system, single.slice(1, 0, read),
                                     at::zeros({1, 2, options.state}, at::kFloat), 64);
    EXPECT_LE(relative_difference(at.output, exact.slice(1, 0, read)), 1e-4) << row.name;
    for (int64_t t = read; t < kLength; ++t) {
      at = system->step(single.select(1, t), at.state);
      EXPECT_LE(((at.output - exact.select(1, t)).abs().max() / exact.abs().max()).item<double>(),
                1e-4)
          << row.name;
    }
  }
}

}  // namespace
}  // namespace yonder::nn
