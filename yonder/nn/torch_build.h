// SPDX-License-Identifier: Apache-2.0
// Which libtorch this program runs on, for `yonder doctor` and bug reports. No torch types.
// Test: torch_build_test.cpp.
#pragma once

#include <cstdint>
#include <string>

namespace yonder::nn {

struct TorchBuild {
  std::string version;  ///< "1.13.1"
  int64_t threads = 0;  ///< of its own operations, as programs set them
  /// The library that answers matrix products: its file with links resolved, or "built in".
  std::string blas;
  bool onednn = false;  ///< bf16 products go to oneDNN
  int64_t cuda_devices = 0;
};

TorchBuild torch_build();

}  // namespace yonder::nn
