// SPDX-License-Identifier: Apache-2.0
// The differences between libtorch 1.13 (Debian) and 2.x (pip) that our sources meet: the only
// place that asks for TORCH_VERSION.
#pragma once

#include <ATen/ATen.h>
#include <torch/version.h>

#define YONDER_TORCH_2 (TORCH_VERSION_MAJOR >= 2)

namespace yonder::nn {

/// The key of a parameter in the state of an optimiser of torch::optim.
inline auto optimizer_state_key(const at::Tensor& parameter) {
#if YONDER_TORCH_2
  return static_cast<void*>(parameter.unsafeGetTensorImpl());
#else
  return c10::guts::to_string(parameter.unsafeGetTensorImpl());
#endif
}

}  // namespace yonder::nn
