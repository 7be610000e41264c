// SPDX-License-Identifier: Apache-2.0
// llama2.c .bin files as models: versions 0, 1 and 2 are read, 0 and 1 written. What the files do
// not say is fixed: eps 1e-5, base 1e4, training length seq_len, BOS = 1, which also ends a text.
// Layout: llama2c_layout.h. Test: llama2c_test.cpp.
#pragma once

#include "yonder/lm/formats/table.h"

namespace yonder::lm {

bool is_llama2c(const std::filesystem::path& path);
ModelFiles read_llama2c(const std::filesystem::path& path);
/// float32 only. Throws Error(bad_option) naming what the format cannot hold (biases, norms of q
/// and k, windows, schemes, another eps or base, heads of another width).
void write_llama2c_v0(const ModelConfig& config, const nn::NamedTensors& weights,
                      const std::filesystem::path& path, at::ScalarType dtype,
                      const std::map<std::string, std::string>& own);
void write_llama2c_v1(const ModelConfig& config, const nn::NamedTensors& weights,
                      const std::filesystem::path& path, at::ScalarType dtype,
                      const std::map<std::string, std::string>& own);

}  // namespace yonder::lm
