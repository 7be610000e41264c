// SPDX-License-Identifier: Apache-2.0
#include "yonder/lm/frozen_network_module.h"

#include "yonder/base/error.h"
#include "yonder/lm/transformer_module.h"

namespace yonder::lm {

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
    const at::ScalarType type = found->second.dim() > 1 ? compute : at::kFloat;
    parameter.value().set_data(found->second.to(device, type));
  }
}

FrozenNetwork::FrozenNetwork(const ModelConfig& config, uint64_t seed, at::ScalarType compute,
                             at::Device device)
    : impl_(std::make_unique<Impl>(config, compute)) {
  impl_->network->initialize(seed);
  for (auto& parameter : impl_->network->named_parameters()) {
    const at::ScalarType type = parameter.value().dim() > 1 ? compute : at::kFloat;
    parameter.value().set_data(parameter.value().to(device, type));
  }
}

FrozenNetwork::~FrozenNetwork() = default;
FrozenNetwork::FrozenNetwork(FrozenNetwork&&) noexcept = default;

at::Tensor FrozenNetwork::hidden(const at::Tensor& ids, const LayerAttention& attend) const {
  const torch::NoGradGuard no_grad;
  return impl_->network->forward(ids, attend);
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
