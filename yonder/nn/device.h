// SPDX-License-Identifier: Apache-2.0
// Where tensors live and how they are kept: the texts of --device and --dtype, and threads.
// Test: device_test.cpp.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace yonder::nn {

/// "cpu", "cuda" or "cuda:1". Throws Error(bad_option) for other texts and for devices that this
/// libtorch or machine does not have.
at::Device parse_device(std::string_view text);

/// "f32", "bf16", "f16"; the names of --dtype and of our files.
const std::vector<std::string>& dtype_names();
at::ScalarType parse_dtype(std::string_view text);
std::string dtype_name(at::ScalarType type);

/// Threads of torch's own operations; 0: all cores. Debian's libtorch starts with one.
void set_threads(int64_t threads);

}  // namespace yonder::nn
