// SPDX-License-Identifier: Apache-2.0
#include "yonder/nn/optimizer_module.h"

#include "yonder/base/error.h"
#include "yonder/nn/torch_compat.h"

#include <torch/torch.h>

#include <cmath>

namespace yonder::nn {

struct AdamW::Impl {
  std::vector<std::pair<std::string, at::Tensor>> parameters;
  double clip;
  std::unique_ptr<torch::optim::AdamW> optimizer;

  torch::optim::AdamWParamState* find(const at::Tensor& parameter) const {
    const auto found = optimizer->state().find(optimizer_state_key(parameter));
    return found == optimizer->state().end()
               ? nullptr
               : &static_cast<torch::optim::AdamWParamState&>(*found->second);
  }
};

AdamW::AdamW(std::vector<std::pair<std::string, at::Tensor>> parameters,
             const OptimizerOptions& options)
    : impl_(std::make_unique<Impl>()) {
  std::vector<at::Tensor> matrices;
  std::vector<at::Tensor> others;
  for (const auto& [name, parameter] : parameters) {
    (parameter.dim() >= 2 ? matrices : others).push_back(parameter);
  }
  const auto group_options = [&](double decay) {
    auto group = std::make_unique<torch::optim::AdamWOptions>(options.learning_rate);
    group->betas({options.beta1, options.beta2}).eps(options.epsilon).weight_decay(decay);
    return group;
  };
  std::vector<torch::optim::OptimizerParamGroup> groups;
  groups.emplace_back(matrices, group_options(options.weight_decay));
  groups.emplace_back(others, group_options(0));
  impl_->optimizer = std::make_unique<torch::optim::AdamW>(
      groups, torch::optim::AdamWOptions(options.learning_rate));
  impl_->parameters = std::move(parameters);
  impl_->clip = options.clip;
}

AdamW::~AdamW() = default;

double AdamW::step(double learning_rate) {
  const torch::NoGradGuard no_grad;
  double square = 0;
  for (const auto& [name, parameter] : impl_->parameters) {
    if (parameter.grad().defined()) {
      const double norm = parameter.grad().norm().item<double>();
      square += norm * norm;
    }
  }
  const double norm = std::sqrt(square);
  require(std::isfinite(norm), ErrorKind::numerical,
          "the gradient is not finite; take a smaller --learning-rate or a longer --warmup");
  if (impl_->clip > 0 && norm > impl_->clip) {
    for (const auto& [name, parameter] : impl_->parameters) {
      if (parameter.grad().defined()) {
        parameter.grad().mul_(impl_->clip / norm);
      }
    }
  }
  for (torch::optim::OptimizerParamGroup& group : impl_->optimizer->param_groups()) {
    group.options().set_lr(learning_rate);
  }
  impl_->optimizer->step();
  return norm;
}

void AdamW::zero_grad() { impl_->optimizer->zero_grad(); }

NamedTensors AdamW::state() const {
  NamedTensors out;
  int64_t steps = 0;
  for (const auto& [name, parameter] : impl_->parameters) {
    const torch::optim::AdamWParamState* state = impl_->find(parameter);
    if (state != nullptr) {
      out["mean." + name] = state->exp_avg();
      out["square." + name] = state->exp_avg_sq();
      steps = state->step();
    }
  }
  out["steps"] = torch::tensor({steps});
  return out;
}

void AdamW::load(const NamedTensors& state) {
  const auto get = [&](const std::string& name, const at::Tensor& like) {
    const auto found = state.find(name);
    require(found != state.end() && found->second.sizes() == like.sizes(), ErrorKind::bad_data,
            "the optimiser's state has no tensor {} of the parameter's shape", name);
    return found->second.to(like.device()).clone();
  };
  const int64_t steps = get("steps", torch::zeros({1})).item<int64_t>();
  if (steps == 0) {
    return;
  }
  for (const auto& [name, parameter] : impl_->parameters) {
    auto entry = std::make_unique<torch::optim::AdamWParamState>();
    entry->step(steps);
    entry->exp_avg(get("mean." + name, parameter));
    entry->exp_avg_sq(get("square." + name, parameter));
    impl_->optimizer->state()[optimizer_state_key(parameter)] = std::move(entry);
  }
}

}  // namespace yonder::nn
