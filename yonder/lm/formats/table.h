// SPDX-License-Identifier: Apache-2.0
// The formats of models on disk. A new format is one file and one row of table.cpp; which one a
// path is in is told from what lies there, never from its name.
//
// All formats meet in one form: a ModelConfig and weights by their Hugging Face names, rows of
// queries and keys in halves (row_order.h), as the network (transformer_module.h) takes them.
// Test: table_test.cpp, for every row.
#pragma once

#include "yonder/lm/model_config.h"
#include "yonder/nn/safetensors_io.h"

#include <filesystem>
#include <map>
#include <span>
#include <string>
#include <vector>

namespace yonder::lm {

struct ModelFiles {
  ModelConfig config;
  /// F32, F16 or BF16. Where the file has that type already, the mapped pages: not to be written
  /// to.
  nn::NamedTensors weights;
  std::vector<std::filesystem::path> weight_files;  ///< in the order of the checksum
};

struct ModelFormat {
  const char* name;
  const char* help;
  /// Whether a path is in this format, as far as a glance tells; `read` then says what is wrong.
  bool (*recognises)(const std::filesystem::path& path);
  /// Throws Error(bad_data) naming file, field, found and expected.
  ModelFiles (*read)(const std::filesystem::path& path);
  /// Atomically. own: members for the object "yonder", where the format has one. Throws
  /// Error(bad_option) naming what the format cannot hold.
  void (*write)(const ModelConfig& config, const nn::NamedTensors& weights,
                const std::filesystem::path& path, at::ScalarType dtype,
                const std::map<std::string, std::string>& own);
};

std::span<const ModelFormat> model_formats();
std::vector<std::string> model_format_names();

/// Reads through the table and checks the weights against the config: names, shapes, finite
/// values. Throws Error(file) where nothing lies, Error(bad_data) for what no format is.
ModelFiles read_model(const std::filesystem::path& path);

/// Writes through the table. Throws Error(bad_option) for an unknown format, naming the nearest.
void write_model(const ModelConfig& config, const nn::NamedTensors& weights,
                 const std::filesystem::path& path, const std::string& format, at::ScalarType dtype,
                 const std::map<std::string, std::string>& own = {});

/// The names and shapes that a network of this config has, ascending.
nn::TensorShapes weight_shapes(const ModelConfig& config);

}  // namespace yonder::lm
