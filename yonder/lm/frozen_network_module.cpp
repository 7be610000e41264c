// SPDX-License-Identifier: Apache-2.0
#include "yonder/lm/frozen_network_module.h"

#include "yonder/base/error.h"
#include "yonder/lm/transformer_module.h"

namespace yonder::lm {
namespace {

at::ScalarType type_of(const std::string& name, const at::Tensor& value, at::ScalarType compute) {
  return value.dim() > 1 && nn::is_weight(name) ? compute : at::kFloat;
}

}  // namespace

struct FrozenNetwork::Impl {
  Impl(const ModelConfig& config, at::ScalarType compute)
      : factor(attention_scale(config)), network(config, compute) {
    network->eval();
    for (at::Tensor& parameter : network->parameters()) {
      parameter.set_requires_grad(false);
    }
  }
  double factor;
  mutable Transformer network;  // torch's forward functions are not const, but change nothing
};

FrozenNetwork::FrozenNetwork(const ModelConfig& config, const nn::NamedTensors& weights,
                             at::ScalarType compute, at::Device device)
    : impl_(std::make_unique<Impl>(config, compute)) {
  for (auto& parameter : impl_->network->named_parameters()) {
    const auto found = weights.find(parameter.key());
    YONDER_CHECK(found != weights.end() && found->second.sizes() == parameter.value().sizes());
    parameter.value().set_data(
        found->second.to(device, type_of(parameter.key(), found->second, compute)));
  }
}

FrozenNetwork::FrozenNetwork(const ModelConfig& config, uint64_t seed, at::ScalarType compute,
                             at::Device device)
    : impl_(std::make_unique<Impl>(config, compute)) {
  impl_->network->initialize(seed);
  for (auto& parameter : impl_->network->named_parameters()) {
    parameter.value().set_data(
        parameter.value().to(device, type_of(parameter.key(), parameter.value(), compute)));
  }
}

FrozenNetwork::~FrozenNetwork() = default;
FrozenNetwork::FrozenNetwork(FrozenNetwork&&) noexcept = default;

at::Tensor FrozenNetwork::hidden(const at::Tensor& ids, const LayerAttention& attend,
                                 std::vector<at::Tensor>& states) const {
  const torch::NoGradGuard no_grad;
  return impl_->network->forward(ids, attend, &states);
}

std::vector<at::Tensor> FrozenNetwork::start_states() const {
  return impl_->network->start_states(1);
}

at::Tensor FrozenNetwork::logits(const at::Tensor& hidden) const {
  const torch::NoGradGuard no_grad;
  return impl_->network->logits(hidden).to(at::kFloat);
}

double FrozenNetwork::attention_factor() const { return impl_->factor; }

nn::NamedTensors FrozenNetwork::weights() const {
  nn::NamedTensors weights;
  for (const auto& parameter : impl_->network->named_parameters()) {
    weights[parameter.key()] = parameter.value();
  }
  return weights;
}

}  // namespace yonder::lm
