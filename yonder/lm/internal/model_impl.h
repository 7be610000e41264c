// SPDX-License-Identifier: Apache-2.0
// What a Model holds, and how its two files (model.cpp, session.cpp) refuse what would not fit into
// memory.
#pragma once

#include "yonder/lm/frozen_network_module.h"
#include "yonder/lm/model.h"

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace yonder::lm {

struct Model::Impl {
  ModelConfig config;
  FrozenNetwork network;
  at::ScalarType dtype;  ///< of matrices, products and cache
  at::Device device;
  int64_t threads;
  std::unique_ptr<TextCodec> codec;                 ///< null: none
  std::optional<std::filesystem::path> codec_file;  ///< none: bytes, or no codec
  std::filesystem::path path;                       ///< empty: random weights
  std::vector<std::filesystem::path> weight_files;  ///< empty: random weights
  mutable std::once_flag checksum_once;
  mutable std::string checksum;
};

namespace internal {

/// Throws Error(memory) naming both numbers unless `needed` bytes are within `limit` (0: what is
/// free). what: "the weights".
void require_memory(uint64_t needed, uint64_t limit, const std::string& what);

}  // namespace internal
}  // namespace yonder::lm
