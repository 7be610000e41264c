// SPDX-License-Identifier: Apache-2.0
#include "yonder/lm/formats/llama2c_layout.h"

#include "yonder/base/error.h"

#include <array>
#include <bit>
#include <cstdlib>
#include <cstring>
#include <utility>

namespace yonder::lm {
namespace {

static_assert(std::endian::native == std::endian::little, "llama2.c files are little-endian");

constexpr uint32_t kMagic = 0x616b3432;  // "ak42"
constexpr size_t kHeaderBytes = 256;     // of v1 and v2
constexpr size_t kNumbers = 7;
constexpr size_t kFlagAt = 8 + kNumbers * 4;

// Limits far above every model there is, so that no product overflows.
constexpr std::array<std::pair<const char*, int64_t>, kNumbers> kFields = {
    {{"dim", 1 << 20},
     {"hidden_dim", 1 << 22},
     {"n_layers", 1 << 12},
     {"n_heads", 1 << 12},
     {"n_kv_heads", 1 << 12},
     {"vocab_size", 1 << 28},
     {"seq_len", int64_t{1} << 31}}};

std::array<int64_t*, kNumbers> fields_of(Llama2cHeader& h) {
  return {&h.dim, &h.hidden, &h.layers, &h.heads, &h.kv_heads, &h.vocab, &h.length};
}

template <typename T>
T read_at(std::string_view bytes, size_t offset) {
  T value;
  std::memcpy(&value, bytes.data() + offset, sizeof value);
  return value;
}

Llama2cHeader read_numbers(std::string_view bytes, size_t offset) {
  Llama2cHeader header;
  for (int64_t* field : fields_of(header)) {
    *field = read_at<int32_t>(bytes, offset);
    offset += 4;
  }
  return header;
}

// What stands for layer `layer`, or for the whole model.
struct Kind {
  const char* name;  // of a layer's tensors what follows "model.layers.N."
  std::vector<int64_t> shape;
  bool per_layer = true;
};

// Builds the list of tensors one kind after the other.
class Builder {
 public:
  Builder(Llama2cLayout& layout, uint64_t at) : layout_(layout), at_(at) {}

  void add(const Kind& kind, bool quantised) {
    const int64_t count = kind.per_layer ? layout_.header.layers : 1;
    for (int64_t layer = 0; layer < count; ++layer) {
      uint64_t elements = 1;
      for (const int64_t size : kind.shape) {
        elements *= static_cast<uint64_t>(size);
      }
      Llama2cTensor tensor{
          kind.per_layer ? fmt::format("model.layers.{}.{}", layer, kind.name) : kind.name,
          kind.shape, at_, 0};
      if (quantised) {
        const auto group = static_cast<uint64_t>(layout_.header.group_size);
        tensor.scales = at_ + elements;
        at_ += elements + elements / group * 4;
      } else {
        at_ += elements * 4;
      }
      layout_.tensors.push_back(std::move(tensor));
    }
  }
  void skip(uint64_t bytes) { at_ += bytes; }
  uint64_t at() const { return at_; }

 private:
  Llama2cLayout& layout_;
  uint64_t at_;
};

}  // namespace

bool looks_like_llama2c(std::string_view bytes) {
  if (bytes.size() < kNumbers * 4) {
    return false;
  }
  if (read_at<uint32_t>(bytes, 0) == kMagic) {
    return true;
  }
  Llama2cHeader header = read_numbers(bytes, 0);
  header.vocab = std::abs(header.vocab);
  const auto fields = fields_of(header);
  for (size_t i = 0; i < kNumbers; ++i) {
    if (*fields[i] < 1 || *fields[i] > kFields[i].second) {
      return false;
    }
  }
  return true;
}

Llama2cLayout llama2c_layout(const Llama2cHeader& header, const std::string& name) {
  Llama2cLayout layout;
  layout.header = header;
  Llama2cHeader& h = layout.header;
  const auto fields = fields_of(h);
  for (size_t i = 0; i < kNumbers; ++i) {
    require(*fields[i] >= 1 && *fields[i] <= kFields[i].second, ErrorKind::bad_data,
            "{}: {} is {}; it must lie between 1 and {}", name, kFields[i].first, *fields[i],
            kFields[i].second);
  }
  require(h.dim % h.heads == 0 && h.dim / h.heads % 2 == 0, ErrorKind::bad_data,
          "{}: dim is {} and n_heads {}; a head's width must be whole and even", name, h.dim,
          h.heads);
  require(h.heads % h.kv_heads == 0, ErrorKind::bad_data,
          "{}: n_heads is {} and n_kv_heads {}; the first must be a multiple of the second", name,
          h.heads, h.kv_heads);
  const int64_t kv = h.dim / h.heads * h.kv_heads;
  const bool quantised = h.version == 2;
  if (quantised) {
    require(h.group_size >= 1 && h.dim % h.group_size == 0 && h.hidden % h.group_size == 0,
            ErrorKind::bad_data,
            "{}: group_size is {}; it must divide dim ({}) and hidden_dim ({})", name, h.group_size,
            h.dim, h.hidden);
  }
  const Kind embedding{"model.embed_tokens.weight", {h.vocab, h.dim}, false};
  const Kind attention_norm{"input_layernorm.weight", {h.dim}};
  const Kind ffn_norm{"post_attention_layernorm.weight", {h.dim}};
  const Kind final_norm{"model.norm.weight", {h.dim}, false};
  const Kind classifier{"lm_head.weight", {h.vocab, h.dim}, false};
  const std::array<Kind, 4> attention = {{{"self_attn.q_proj.weight", {h.dim, h.dim}},
                                          {"self_attn.k_proj.weight", {kv, h.dim}},
                                          {"self_attn.v_proj.weight", {kv, h.dim}},
                                          {"self_attn.o_proj.weight", {h.dim, h.dim}}}};
  const std::array<Kind, 3> ffn = {{{"mlp.gate_proj.weight", {h.hidden, h.dim}},  // w1
                                    {"mlp.down_proj.weight", {h.dim, h.hidden}},  // w2
                                    {"mlp.up_proj.weight", {h.hidden, h.dim}}}};  // w3
  Builder builder(layout, h.version == 0 ? kNumbers * 4 : kHeaderBytes);
  if (h.version == 0) {
    builder.add(embedding, false);
    builder.add(attention_norm, false);
    for (const Kind& kind : attention) {
      builder.add(kind, false);
    }
    builder.add(ffn_norm, false);
    for (const Kind& kind : ffn) {
      builder.add(kind, false);
    }
    builder.add(final_norm, false);
    layout.rope_tables = builder.at();
    builder.skip(static_cast<uint64_t>(h.length * (h.dim / h.heads)) * 4);
  } else {
    builder.add(attention_norm, false);
    builder.add(ffn_norm, false);
    builder.add(final_norm, false);
    builder.add(embedding, quantised);
    for (const Kind& kind : attention) {
      builder.add(kind, quantised);
    }
    for (const Kind& kind : ffn) {
      builder.add(kind, quantised);
    }
  }
  if (!h.shared_classifier) {
    builder.add(classifier, quantised);
  }
  layout.size = builder.at();
  return layout;
}

Llama2cLayout parse_llama2c(std::string_view bytes, const std::string& name) {
  require(bytes.size() >= kNumbers * 4, ErrorKind::bad_data,
          "{}: {} bytes; the header of a llama2.c file has at least {}", name, bytes.size(),
          kNumbers * 4);
  Llama2cHeader header;
  if (read_at<uint32_t>(bytes, 0) == kMagic) {
    require(bytes.size() >= kHeaderBytes, ErrorKind::bad_data,
            "{}: {} bytes; the header of a llama2.c file of this version has {}", name,
            bytes.size(), kHeaderBytes);
    const int64_t version = read_at<int32_t>(bytes, 4);
    require(version == 1 || version == 2, ErrorKind::bad_data,
            "{}: version is {}; 0, 1 and 2 can be read", name, version);
    header = read_numbers(bytes, 8);
    header.version = version;
    const auto flag = static_cast<unsigned char>(bytes[kFlagAt]);
    require(flag <= 1, ErrorKind::bad_data, "{}: shared_classifier is {}; 0 or 1 was expected",
            name, flag);
    header.shared_classifier = flag == 1;
    header.group_size = version == 2 ? read_at<int32_t>(bytes, kFlagAt + 1) : 0;
  } else {
    header = read_numbers(bytes, 0);
    header.shared_classifier = header.vocab > 0;
    header.vocab = std::abs(header.vocab);
  }
  Llama2cLayout layout = llama2c_layout(header, name);
  require(layout.size == bytes.size(), ErrorKind::bad_data,
          "{}: the file has {} bytes; its header (version {}: dim {}, hidden_dim {}, n_layers {}, "
          "n_heads {}, n_kv_heads {}, vocab_size {}, seq_len {}) asks for {}",
          name, bytes.size(), header.version, header.dim, header.hidden, header.layers,
          header.heads, header.kv_heads, header.vocab, header.length, layout.size);
  return layout;
}

std::string llama2c_header_bytes(const Llama2cHeader& header) {
  YONDER_CHECK(header.version == 0 || header.version == 1);
  std::string bytes;
  const auto add = [&](auto value) {
    bytes.append(reinterpret_cast<const char*>(&value), sizeof value);
  };
  if (header.version == 1) {
    add(kMagic);
    add(int32_t{1});
  }
  Llama2cHeader copy = header;
  if (header.version == 0 && !header.shared_classifier) {
    copy.vocab = -copy.vocab;
  }
  for (const int64_t* field : fields_of(copy)) {
    add(static_cast<int32_t>(*field));
  }
  if (header.version == 1) {
    add(static_cast<unsigned char>(header.shared_classifier ? 1 : 0));
    bytes.resize(kHeaderBytes, '\0');
  }
  return bytes;
}

}  // namespace yonder::lm
