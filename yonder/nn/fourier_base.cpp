// SPDX-License-Identifier: Apache-2.0
#include "yonder/nn/fourier_base.h"

#include "yonder/base/options.h"
#include "yonder/nn/fourier_head.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>
#include <numbers>

namespace yonder::nn {
namespace {

constexpr double kLn2 = std::numbers::ln2;
constexpr double kPi = std::numbers::pi;

// F(u) = (1 + tanh u) / 2; sech^2 never from 1 - tanh^2.
at::Tensor logistic_log_density(const at::Tensor& u) {
  const at::Tensor v = u.abs();
  return kLn2 - 2 * (v + (-2 * v).exp().log1p());
}
at::Tensor logistic_log_tail(const at::Tensor& v) { return -2 * v - (-2 * v).exp().log1p(); }
at::Tensor logistic_from_tail(const at::Tensor& mass) {
  return ((1 - 2 * mass) / mass).log1p() / 2;
}

at::Tensor normal_log_density(const at::Tensor& u) {
  return -(u * u) / 2 - 0.5 * std::log(2 * kPi);
}
at::Tensor normal_log_tail(const at::Tensor& v) { return at::special_log_ndtr(-v); }
at::Tensor normal_from_tail(const at::Tensor& mass) { return -at::special_ndtri(mass); }

at::Tensor laplace_log_density(const at::Tensor& u) { return -u.abs() - kLn2; }
at::Tensor laplace_log_tail(const at::Tensor& v) { return -v - kLn2; }
at::Tensor laplace_from_tail(const at::Tensor& mass) { return -(2 * mass).log(); }

at::Tensor cauchy_log_density(const at::Tensor& u) { return -(u * u).log1p() - std::log(kPi); }
at::Tensor cauchy_log_tail(const at::Tensor& v) {
  return (at::atan2(at::ones_like(v), v) / kPi).log();
}
at::Tensor cauchy_from_tail(const at::Tensor& mass) { return 1 / (kPi * mass).tan(); }

}  // namespace

const std::vector<FourierBase>& fourier_bases() {
  static const std::vector<FourierBase> rows = {
      {"logistic", logistic_log_density, logistic_log_tail, logistic_from_tail},
      {"normal", normal_log_density, normal_log_tail, normal_from_tail},
      {"laplace", laplace_log_density, laplace_log_tail, laplace_from_tail},
      {"cauchy", cauchy_log_density, cauchy_log_tail, cauchy_from_tail},
  };
  return rows;
}

const std::vector<std::string>& head_base_names() {
  static const std::vector<std::string> names = [] {
    std::vector<std::string> all;
    for (const FourierBase& row : fourier_bases()) {
      all.push_back(row.name);
    }
    return all;
  }();
  return names;
}

const FourierBase& fourier_base(std::string_view name) {
  check_choice("base", std::string(name), head_base_names());
  const auto& rows = fourier_bases();
  return *std::find_if(rows.begin(), rows.end(),
                       [&](const FourierBase& row) { return row.name == name; });
}

}  // namespace yonder::nn
