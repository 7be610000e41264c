// SPDX-License-Identifier: Apache-2.0
// Tensors on disk as Hugging Face keeps them: an 8-byte length, a JSON header, raw little-endian
// data. Header and bytes only; libraries that have tensors fill them (nn/safetensors_io.h).
//
//   const SafetensorsFile file("model.safetensors");
//   const TensorEntry& e = file.at("lm_head.weight");   // e.dtype "BF16", e.shape {V, D}
//   std::string_view bytes = file.bytes(e);             // mapped, not read
//
// Every length is checked against the file before use; a hole, an overlap or a wrong size is
// Error(bad_data) naming the tensor. Format: docs/formats/safetensors.md. Test:
// safetensors_test.cpp.
#pragma once

#include "yonder/base/mmap.h"

#include <cstdint>
#include <filesystem>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace yonder {

struct TensorEntry {
  std::string name;
  std::string dtype;           ///< "F32", "F16", "BF16", "I64", ...
  std::vector<int64_t> shape;  ///< empty: a scalar
  uint64_t begin = 0;          ///< byte offsets in the data part
  uint64_t end = 0;
  int64_t elements() const;
};

/// Bytes per element; 0 for a dtype that this code does not know.
uint64_t safetensors_item_size(std::string_view dtype);

/// What the header of a file says, checked against its size.
struct SafetensorsHeader {
  std::vector<TensorEntry> entries;  ///< by name, ascending
  std::map<std::string, std::string> metadata;
  size_t data_begin = 0;  ///< byte of the file that offsets count from
};

/// file: all of its bytes. name: how it is called in messages. Throws Error(bad_data) naming the
/// tensor for a header that is cut off or no JSON, a name that stands twice, an unknown dtype, a
/// size that is not that of the shape, and data that overlap, leave a hole or end elsewhere than
/// the file.
SafetensorsHeader parse_safetensors_header(std::string_view file, const std::string& name);

class SafetensorsFile {
 public:
  /// Maps and checks one file.
  explicit SafetensorsFile(const std::filesystem::path& path);
  /// By name, ascending.
  const std::vector<TensorEntry>& entries() const { return header_.entries; }
  const TensorEntry* find(std::string_view name) const;
  /// Throws Error(bad_data) naming the file where there is no such tensor.
  const TensorEntry& at(std::string_view name) const;
  std::string_view bytes(const TensorEntry& entry) const;
  const std::map<std::string, std::string>& metadata() const { return header_.metadata; }
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
  MappedFile file_;
  SafetensorsHeader header_;
};

/// A tensor to write. bytes: contiguous, little-endian, size() = elements x item size.
struct TensorBytes {
  std::string name;
  std::string dtype;
  std::vector<int64_t> shape;
  std::string_view bytes;
};

/// Writes atomically: tensors by name, no two of one name, header padded with spaces to 8 bytes.
/// `{"format": "pt"}` is always among the metadata, for readers that ask for it; `metadata` has no
/// key "format".
void write_safetensors(const std::filesystem::path& path, std::vector<TensorBytes> tensors,
                       const std::map<std::string, std::string>& metadata = {});

}  // namespace yonder
