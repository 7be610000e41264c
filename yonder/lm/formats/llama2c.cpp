// SPDX-License-Identifier: Apache-2.0
#include "yonder/lm/formats/llama2c.h"

#include "yonder/base/error.h"
#include "yonder/base/file.h"
#include "yonder/base/mmap.h"
#include "yonder/lm/formats/llama2c_layout.h"
#include "yonder/lm/formats/row_order.h"

#include <ATen/ATen.h>

#include <array>
#include <cmath>
#include <fstream>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace yonder::lm {
namespace {

constexpr double kEpsilon = 1e-5;
constexpr double kRopeBase = 1e4;
constexpr uint32_t kBos = 1;
constexpr uint32_t kEos = 2;

bool is_query(std::string_view name) { return name.find("q_proj") != std::string_view::npos; }
bool is_key(std::string_view name) { return name.find("k_proj") != std::string_view::npos; }

ModelConfig config_of(const Llama2cHeader& h, const std::string& name) {
  ModelConfig c;
  c.vocab_size = h.vocab;
  c.hidden_size = h.dim;
  c.intermediate_size = h.hidden;
  c.layers = h.layers;
  c.heads = h.heads;
  c.kv_heads = h.kv_heads;
  c.head_dim = h.dim / h.heads;
  c.norm_epsilon = kEpsilon;
  c.rope_base = kRopeBase;
  c.train_length = h.length;
  c.train_length_source = "seq_len";
  c.tied_embeddings = h.shared_classifier;
  c.bos = {kBos};
  c.eos = {kBos, kEos};
  c.validate(name);
  return c;
}

// The tensor over the mapped pages, or from int8 values and scales.
at::Tensor tensor_of(const std::shared_ptr<const MappedFile>& file, const Llama2cTensor& t,
                     int64_t group_size) {
  // from_blob has no const form; nobody writes to weights.
  const auto blob = [&](uint64_t offset, at::IntArrayRef shape, at::ScalarType type) {
    return at::from_blob(
        const_cast<char*>(file->view().data()) + offset, shape, [file](void*) {},
        at::TensorOptions(type));
  };
  if (t.scales == 0) {
    return blob(t.offset, t.shape, at::kFloat);
  }
  const int64_t groups = t.shape[0] * t.shape[1] / group_size;
  const at::Tensor values = blob(t.offset, {groups, group_size}, at::kChar);
  // Scales follow int8 values and may lie at any address: copied byte by byte.
  at::Tensor scales = at::empty({groups, 1}, at::kFloat);
  const std::string_view bytes = file->view().substr(t.scales, static_cast<size_t>(groups) * 4);
  std::copy(bytes.begin(), bytes.end(), static_cast<char*>(scales.data_ptr()));
  return (values.to(at::kFloat) * scales).view(t.shape);
}

// Names what a llama2.c file has no place for.
void require_plain(const ModelConfig& c, const std::filesystem::path& path, at::ScalarType dtype) {
  const auto refuse = [&](bool wrong, const std::string& what) {
    require(!wrong, ErrorKind::bad_option,
            "{}: a llama2.c file cannot hold {}; write the format huggingface", path.string(),
            what);
  };
  refuse(dtype != at::kFloat, "weights other than f32");
  refuse(c.head_dim * c.heads != c.hidden_size,
         fmt::format("heads of width {} with hidden_size {} and {} heads", c.head_dim,
                     c.hidden_size, c.heads));
  refuse(c.qkv_bias || c.output_bias || c.mlp_bias, "biases");
  refuse(c.qk_norm != QkNorm::none, "norms of queries and keys");
  refuse(!c.windows.empty() || !c.rotary_layers.empty() || !c.mixers.empty(),
         "layers that differ (windows, layers without rotation, other mixers)");
  refuse(c.scheme != "rope", fmt::format("the scheme {}", c.scheme));
  refuse(c.norm_epsilon != kEpsilon,
         fmt::format("rms_norm_eps {} (it is always {})", c.norm_epsilon, kEpsilon));
  refuse(c.rope_base != kRopeBase,
         fmt::format("rope_theta {} (it is always {})", c.rope_base, kRopeBase));
}

void write_rope_tables(AtomicFile& file, const Llama2cHeader& h) {
  const int64_t d = h.dim / h.heads;
  for (double (*const f)(double) :
       {static_cast<double (*)(double)>(std::cos), static_cast<double (*)(double)>(std::sin)}) {
    std::vector<float> row(static_cast<size_t>(d / 2));
    for (int64_t t = 0; t < h.length; ++t) {
      for (size_t c = 0; c < row.size(); ++c) {
        row[c] = static_cast<float>(
            f(static_cast<double>(t) *
              std::pow(kRopeBase, -2.0 * static_cast<double>(c) / static_cast<double>(d))));
      }
      file.write({reinterpret_cast<const char*>(row.data()), row.size() * sizeof(float)});
    }
  }
}

void write(int64_t version, const ModelConfig& c, const nn::NamedTensors& weights,
           const std::filesystem::path& path, at::ScalarType dtype) {
  require_plain(c, path, dtype);
  Llama2cHeader header{version,    c.hidden_size, c.intermediate_size, c.layers,          c.heads,
                       c.kv_heads, c.vocab_size,  c.train_length,      c.tied_embeddings, 0};
  const Llama2cLayout layout = llama2c_layout(header, path.string());
  AtomicFile file(path);
  file.write(llama2c_header_bytes(header));
  for (const Llama2cTensor& t : layout.tensors) {
    if (layout.rope_tables != 0 && file.size() == layout.rope_tables) {
      write_rope_tables(file, header);
    }
    YONDER_CHECK(file.size() == t.offset);
    at::Tensor rows = weights.at(t.name).detach().to(at::kCPU, at::kFloat).contiguous();
    if (is_query(t.name)) {
      rows = to_interleaved(rows, c.heads);
    } else if (is_key(t.name)) {
      rows = to_interleaved(rows, c.kv_heads);
    }
    file.write({static_cast<const char*>(rows.data_ptr()), rows.nbytes()});
  }
  if (file.size() < layout.size) {
    write_rope_tables(file, header);
  }
  YONDER_CHECK(file.size() == layout.size);
  file.commit();
}

}  // namespace

bool is_llama2c(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::array<char, 28> head{};
  in.read(head.data(), head.size());
  return in && looks_like_llama2c({head.data(), head.size()});
}

ModelFiles read_llama2c(const std::filesystem::path& path) {
  const auto file = std::make_shared<const MappedFile>(path);
  const Llama2cLayout layout = parse_llama2c(file->view(), path.string());
  ModelFiles model;
  model.config = config_of(layout.header, path.string());
  model.weight_files = {path};
  for (const Llama2cTensor& t : layout.tensors) {
    at::Tensor tensor = tensor_of(file, t, layout.header.group_size);
    if (is_query(t.name)) {
      tensor = to_half_split(tensor, layout.header.heads);
    } else if (is_key(t.name)) {
      tensor = to_half_split(tensor, layout.header.kv_heads);
    }
    model.weights[t.name] = std::move(tensor);
  }
  return model;
}

void write_llama2c_v0(const ModelConfig& config, const nn::NamedTensors& weights,
                      const std::filesystem::path& path, at::ScalarType dtype,
                      const std::map<std::string, std::string>& /*own*/) {
  write(0, config, weights, path, dtype);
}

void write_llama2c_v1(const ModelConfig& config, const nn::NamedTensors& weights,
                      const std::filesystem::path& path, at::ScalarType dtype,
                      const std::map<std::string, std::string>& /*own*/) {
  write(1, config, weights, path, dtype);
}

}  // namespace yonder::lm
