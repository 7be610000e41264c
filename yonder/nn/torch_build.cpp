// SPDX-License-Identifier: Apache-2.0
#include "yonder/nn/torch_build.h"

#include "yonder/nn/device.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <dlfcn.h>
#include <torch/cuda.h>
#include <torch/version.h>

#include <filesystem>
#include <system_error>

namespace yonder::nn {
namespace {

/// The file that a program's calls of BLAS end in.
std::string blas_file() {
  Dl_info info{};
  void* const symbol = dlsym(RTLD_DEFAULT, "sgemm_");
  if (symbol == nullptr || dladdr(symbol, &info) == 0 || info.dli_fname == nullptr) {
    return "built in";
  }
  std::error_code error;
  const auto resolved = std::filesystem::canonical(info.dli_fname, error);
  return error ? info.dli_fname : resolved.string();
}

}  // namespace

TorchBuild torch_build() {
  set_threads(0);
  TorchBuild build;
  build.version = TORCH_VERSION;
  build.threads = at::get_num_threads();
  build.blas = blas_file();
  build.onednn = at::hasMKLDNN();
  build.cuda_devices = static_cast<int64_t>(torch::cuda::device_count());
  return build;
}

}  // namespace yonder::nn
