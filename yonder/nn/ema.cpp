// SPDX-License-Identifier: Apache-2.0
#include "yonder/nn/ema.h"

#include "yonder/base/error.h"

#include <ATen/ATen.h>

#include <algorithm>

namespace yonder::nn {

Ema::Ema(double decay, const NamedTensors& parameters) : decay_(decay), parameters_(parameters) {
  for (const auto& [name, parameter] : parameters_) {
    average_[name] = parameter.detach().clone();
  }
}

void Ema::update(int64_t steps) {
  const at::NoGradGuard no_grad;
  const auto n = static_cast<double>(steps);
  const double decay = std::min(decay_, (1 + n) / (10 + n));
  for (const auto& [name, parameter] : parameters_) {
    average_[name].lerp_(parameter, 1 - decay);
  }
}

void Ema::load(const NamedTensors& average) {
  for (auto& [name, tensor] : average_) {
    const auto found = average.find(name);
    require(found != average.end() && found->second.sizes() == tensor.sizes(), ErrorKind::bad_data,
            "the average of decay {} has no tensor {} of the parameter's shape", decay_, name);
    tensor.copy_(found->second);
  }
}

}  // namespace yonder::nn
