// SPDX-License-Identifier: Apache-2.0
#include "yonder/nn/device.h"

#include "yonder/base/error.h"
#include "yonder/base/options.h"
#include "yonder/base/parallel.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <torch/cuda.h>

#include <algorithm>
#include <array>
#include <utility>

namespace yonder::nn {
namespace {

constexpr std::array<std::pair<const char*, at::ScalarType>, 3> kTypes = {{
    {"f32", at::kFloat},
    {"bf16", at::kBFloat16},
    {"f16", at::kHalf},
}};

}  // namespace

at::Device parse_device(std::string_view text) {
  if (text == "cpu") {
    return at::kCPU;
  }
  int64_t index = 0;
  if (text.starts_with("cuda:")) {
    index = parse_count(text.substr(5), 1000).value_or(-1);
  }
  require(text == "cuda" || (text.starts_with("cuda:") && index >= 0 && index < 128),
          ErrorKind::bad_option, "--device is \"{}\"; it is cpu, cuda or cuda:0", text);
  const auto devices = static_cast<int64_t>(torch::cuda::device_count());
  require(devices > 0, ErrorKind::bad_option,
          "--device is {}, but this libtorch sees no CUDA device; take cpu", text);
  require(index < devices, ErrorKind::bad_option, "--device is {}, but there are {} CUDA devices",
          text, devices);
  return {at::kCUDA, static_cast<at::DeviceIndex>(index)};
}

const std::vector<std::string>& dtype_names() {
  static const std::vector<std::string> names = [] {
    std::vector<std::string> all;
    for (const auto& [name, type] : kTypes) {
      all.emplace_back(name);
    }
    return all;
  }();
  return names;
}

at::ScalarType parse_dtype(std::string_view text) {
  const std::string name(text);
  check_choice("dtype", name, dtype_names());
  return std::find_if(kTypes.begin(), kTypes.end(), [&](const auto& t) { return t.first == name; })
      ->second;
}

std::string dtype_name(at::ScalarType type) {
  const auto row =
      std::find_if(kTypes.begin(), kTypes.end(), [&](const auto& t) { return t.second == type; });
  return row == kTypes.end() ? c10::toString(type) : row->first;
}

void set_threads(int64_t threads) { at::set_num_threads(thread_count(threads)); }

}  // namespace yonder::nn
