// SPDX-License-Identifier: Apache-2.0
#include "yonder/nn/adamw.h"

#include "yonder/base/error.h"

#include <ATen/ATen.h>

#include <cmath>

namespace yonder::nn {
namespace {

/// Euclidean norm of all gradients together.
double gradient_norm(const NamedTensors& parameters) {
  double square = 0;
  for (const auto& [name, parameter] : parameters) {
    if (parameter.grad().defined()) {
      const double norm = parameter.grad().norm().item<double>();
      square += norm * norm;
    }
  }
  return std::sqrt(square);
}

}  // namespace

AdamW::AdamW(const NamedTensors& parameters, const OptimizerOptions& options)
    : options_(options), parameters_(parameters) {
  for (const auto& [name, parameter] : parameters_) {
    mean_[name] = at::zeros_like(parameter);
    square_[name] = at::zeros_like(parameter);
  }
}

double AdamW::step(double learning_rate) {
  const at::NoGradGuard no_grad;
  const double norm = gradient_norm(parameters_);
  require(std::isfinite(norm), ErrorKind::numerical,
          "the gradient is not finite; take a smaller --learning-rate or a longer --warmup");
  const double shrink = options_.clip > 0 && norm > options_.clip ? options_.clip / norm : 1;
  ++steps_;
  const auto t = static_cast<double>(steps_);
  const double mean_bias = 1 - std::pow(options_.beta1, t);
  const double root_bias = std::sqrt(1 - std::pow(options_.beta2, t));
  for (auto& [name, parameter] : parameters_) {
    if (!parameter.grad().defined()) {
      continue;
    }
    const at::Tensor gradient = shrink == 1 ? parameter.grad() : parameter.grad() * shrink;
    at::Tensor& mean = mean_[name].lerp_(gradient, 1 - options_.beta1);
    at::Tensor& square =
        square_[name].mul_(options_.beta2).addcmul_(gradient, gradient, 1 - options_.beta2);
    if (parameter.dim() >= 2 && is_weight(name)) {
      parameter.mul_(1 - learning_rate * options_.weight_decay);
    }
    // p -= rate m / (sqrt(v) + epsilon), m and v without the bias of their start from zero.
    parameter.addcdiv_(mean, (square.sqrt() / root_bias).add_(options_.epsilon),
                       -learning_rate / mean_bias);
  }
  return norm;
}

void AdamW::zero_grad() {
  for (auto& [name, parameter] : parameters_) {
    parameter.mutable_grad().reset();
  }
}

NamedTensors AdamW::state() const {
  NamedTensors out;
  for (const auto& [name, parameter] : parameters_) {
    out["mean." + name] = mean_.at(name);
    out["square." + name] = square_.at(name);
  }
  out["steps"] = at::tensor({steps_});
  return out;
}

void AdamW::load(const NamedTensors& state) {
  const at::NoGradGuard no_grad;
  const auto copy = [&](const std::string& name, at::Tensor& to) {
    const auto found = state.find(name);
    require(found != state.end() && found->second.sizes() == to.sizes(), ErrorKind::bad_data,
            "the optimiser's state has no tensor {} of the parameter's shape", name);
    to.copy_(found->second);
  };
  at::Tensor steps = at::tensor({steps_});
  copy("steps", steps);
  for (const auto& [name, parameter] : parameters_) {
    copy("mean." + name, mean_[name]);
    copy("square." + name, square_[name]);
  }
  steps_ = steps.item<int64_t>();
}

}  // namespace yonder::nn
