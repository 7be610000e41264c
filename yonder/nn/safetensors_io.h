// SPDX-License-Identifier: Apache-2.0
// Tensors to and from safetensors files, sharded or single. Test: safetensors_io_test.cpp.
#pragma once

#include "yonder/base/safetensors.h"

#include <ATen/core/Tensor.h>

#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace yonder::nn {

using NamedTensors = std::map<std::string, at::Tensor>;

/// Whether a name ends in "weight" or "bias", as those of products, embeddings and norms do.
/// Others, such as poles and steps of state-space layers, mean something that weight decay and
/// types of few digits would destroy.
bool is_weight(std::string_view name);

/// "F32" and so on; Error(bad_data) naming the tensor for a dtype that torch has not.
at::ScalarType scalar_type(const TensorEntry& entry);
std::string safetensors_dtype(at::ScalarType type);

/// One file. The tensors share the mapped pages, which live as long as they do; they must not be
/// written to.
NamedTensors load_safetensors(const std::filesystem::path& file);

/// Atomically; tensors of any device, made contiguous. metadata: text by key.
void save_safetensors(const std::filesystem::path& file, const NamedTensors& tensors,
                      const std::map<std::string, std::string>& metadata = {});

}  // namespace yonder::nn
