// SPDX-License-Identifier: Apache-2.0
#include "yonder/nn/ssm/start_values.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>
#include <numbers>

namespace yonder::nn {
namespace {

constexpr double kLeastDecay = 1e-4;

}  // namespace

at::Tensor same_in_every_channel(const std::vector<std::complex<double>>& values, int64_t width) {
  const auto count = static_cast<int64_t>(values.size());
  at::Tensor one = at::empty({count, 2}, at::kDouble);
  std::copy(values.begin(), values.end(),
            reinterpret_cast<std::complex<double>*>(one.data_ptr<double>()));
  return one.to(at::kFloat).unsqueeze(0).repeat({width, 1, 1});
}

NamedTensors pole_start_values(const std::vector<std::complex<double>>& poles, int64_t width,
                               const SsmOptions& options, Rng& rng) {
  const auto count = static_cast<int64_t>(poles.size());
  const double low = std::log(options.step_min);
  const double high = std::log(options.step_max);
  at::Tensor log_step = at::empty({width}, at::kFloat);
  for (int64_t d = 0; d < width; ++d) {
    log_step.data_ptr<float>()[d] = static_cast<float>(low + (high - low) * rng.uniform());
  }
  at::Tensor c = at::empty({width, count, 2}, at::kFloat);
  for (int64_t i = 0; i < c.numel(); ++i) {
    c.data_ptr<float>()[i] = static_cast<float>(rng.normal() / std::numbers::sqrt2);
  }
  std::vector<std::complex<double>> written;  // ln(-Re), Im
  for (const std::complex<double>& pole : poles) {
    written.emplace_back(std::log(std::max(-pole.real(), kLeastDecay)), pole.imag());
  }
  const at::Tensor parts = same_in_every_channel(written, width);
  return {{"log_dt", log_step},
          {"C", c},
          {"log_A_real", parts.select(2, 0).contiguous()},
          {"A_imag", parts.select(2, 1).contiguous()}};
}

TensorShapes pole_shapes(int64_t width, int64_t state) {
  const int64_t pairs = state / 2;
  return {{"log_dt", {width}},
          {"C", {width, pairs, 2}},
          {"log_A_real", {width, pairs}},
          {"A_imag", {width, pairs}}};
}

}  // namespace yonder::nn
