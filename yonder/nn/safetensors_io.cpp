// SPDX-License-Identifier: Apache-2.0
#include "yonder/nn/safetensors_io.h"

#include "yonder/base/error.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <array>
#include <utility>

namespace yonder::nn {
namespace {

constexpr std::array<std::pair<const char*, at::ScalarType>, 9> kTypes = {{
    {"F32", at::kFloat},
    {"BF16", at::kBFloat16},
    {"F16", at::kHalf},
    {"F64", at::kDouble},
    {"I64", at::kLong},
    {"I32", at::kInt},
    {"I16", at::kShort},
    {"U8", at::kByte},
    {"BOOL", at::kBool},
}};

}  // namespace

bool is_weight(std::string_view name) { return name.ends_with("weight") || name.ends_with("bias"); }

at::ScalarType scalar_type(const TensorEntry& entry) {
  const auto row = std::find_if(kTypes.begin(), kTypes.end(),
                                [&](const auto& t) { return t.first == entry.dtype; });
  require(row != kTypes.end(), ErrorKind::bad_data,
          "tensor {} is of dtype {}; F32, BF16 and F16 weights can be read", entry.name,
          entry.dtype);
  return row->second;
}

std::string safetensors_dtype(at::ScalarType type) {
  const auto row =
      std::find_if(kTypes.begin(), kTypes.end(), [&](const auto& t) { return t.second == type; });
  YONDER_CHECK(row != kTypes.end());
  return row->first;
}

NamedTensors load_safetensors(const std::filesystem::path& path) {
  const auto file = std::make_shared<const SafetensorsFile>(path);
  NamedTensors tensors;
  for (const TensorEntry& entry : file->entries()) {
    const std::string_view bytes = file->bytes(entry);
    const at::ScalarType type = scalar_type(entry);
    if (reinterpret_cast<uintptr_t>(bytes.data()) % at::elementSize(type) != 0) {
      // A header that was not padded: torch needs aligned numbers.
      at::Tensor copy = at::empty(entry.shape, type);
      std::copy(bytes.begin(), bytes.end(), static_cast<char*>(copy.data_ptr()));
      tensors[entry.name] = copy;
      continue;
    }
    // The mapping is read-only; from_blob has no const form.
    tensors[entry.name] = at::from_blob(
        const_cast<char*>(bytes.data()), entry.shape, [file](void*) {}, at::TensorOptions(type));
  }
  return tensors;
}

void save_safetensors(const std::filesystem::path& path, const NamedTensors& tensors,
                      const std::map<std::string, std::string>& metadata) {
  std::vector<at::Tensor> kept;
  std::vector<TensorBytes> list;
  for (const auto& [name, tensor] : tensors) {
    kept.push_back(tensor.detach().to(at::kCPU).contiguous());
    const at::Tensor& t = kept.back();
    list.push_back({name,
                    safetensors_dtype(t.scalar_type()),
                    t.sizes().vec(),
                    {static_cast<const char*>(t.data_ptr()), t.nbytes()}});
  }
  write_safetensors(path, std::move(list), metadata);
}

}  // namespace yonder::nn
