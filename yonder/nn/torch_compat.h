// SPDX-License-Identifier: Apache-2.0
// The differences between libtorch 1.13 (Debian) and 2.x (pip) that our sources meet: the only
// place that asks for TORCH_VERSION.
#pragma once

#include <torch/version.h>

#if TORCH_VERSION_MAJOR >= 2
#include <torch/csrc/distributed/c10d/Backend.hpp>
#else
#include <torch/csrc/distributed/c10d/ProcessGroup.hpp>
#endif

namespace yonder::nn {

/// What Gloo and NCCL derive from.
#if TORCH_VERSION_MAJOR >= 2
using CollectiveBackend = c10d::Backend;
#else
using CollectiveBackend = c10d::ProcessGroup;
#endif

}  // namespace yonder::nn
