// SPDX-License-Identifier: Apache-2.0
#include "yonder/lm/formats/huggingface_config.h"

#include "yonder/base/error.h"
#include "yonder/lm/checkpoint_scheme.h"
#include "yonder/lm/formats/config_reader.h"
#include "yonder/lm/formats/rope_scaling.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <limits>
#include <utility>
#include <vector>

namespace yonder::lm {
namespace {

constexpr int64_t kFormatVersion = 1;  // of the object "yonder"
// Far above every model there is, and small enough that no product of them overflows.
constexpr int64_t kMostLayers = 1 << 12;
constexpr int64_t kMostHeads = 1 << 12;
constexpr int64_t kMostHeadWidth = 1 << 12;
constexpr int64_t kMostWidth = 1 << 20;
constexpr int64_t kMostInner = 1 << 22;
constexpr int64_t kMostTokens = 1 << 28;
constexpr int64_t kMostPositions = int64_t{1} << 40;
constexpr int64_t kMostState = 1 << 12;

// Which layers slide, where sliding_window is set.
enum class Sliding : uint8_t { none, all, upper, nope };

struct Family {
  const char* model_type;
  const char* architecture;
  Sliding sliding = Sliding::none;
  bool always_qkv_bias = false;  // else by attention_bias, which means all four projections
  bool reads_attention_bias = false;
  bool reads_mlp_bias = false;
  QkNorm qk_norm = QkNorm::none;
  bool tied = false;  // what an absent key means, here and below
  double rope_base = 1e4;
  int64_t positions = 0;
  int64_t window = 0;         // 0: none
  int64_t head_dim = 0;       // 0: hidden_size / num_attention_heads
  int64_t nope_interval = 0;  // every so many layers one without rotation; 0: none
};

constexpr Family kLlama = {.model_type = "llama",
                           .architecture = "LlamaForCausalLM",
                           .reads_attention_bias = true,
                           .reads_mlp_bias = true,
                           .positions = 2048};
constexpr std::array<Family, 6> kFamilies = {
    {kLlama,
     {.model_type = "mistral",
      .architecture = "MistralForCausalLM",
      .sliding = Sliding::all,
      .positions = 131072,
      .window = 4096},
     {.model_type = "qwen2",
      .architecture = "Qwen2ForCausalLM",
      .sliding = Sliding::upper,
      .always_qkv_bias = true,
      .positions = 32768,
      .window = 4096},
     {.model_type = "qwen3",
      .architecture = "Qwen3ForCausalLM",
      .sliding = Sliding::upper,
      .reads_attention_bias = true,
      .qk_norm = QkNorm::rms,
      .positions = 32768,
      .window = 4096,
      .head_dim = 128},
     {.model_type = "smollm3",
      .architecture = "SmolLM3ForCausalLM",
      .sliding = Sliding::nope,
      .reads_attention_bias = true,
      .reads_mlp_bias = true,
      .tied = true,
      .rope_base = 2e6,
      .positions = 32768,
      .nope_interval = 4},
     // Ours: a Llama with an object "yonder" that changes it.
     {.model_type = "yonder",
      .architecture = "YonderForCausalLM",
      .reads_attention_bias = true,
      .reads_mlp_bias = true,
      .positions = 2048}}};

const Family* find_family(std::string_view model_type) {
  const auto row = std::find_if(kFamilies.begin(), kFamilies.end(),
                                [&](const Family& f) { return model_type == f.model_type; });
  return row == kFamilies.end() ? nullptr : &*row;
}

const Family& family_of(const Json& config) {
  const Json& type = config.at("model_type");
  const Family* family = find_family(type.text());
  if (family == nullptr) {
    std::string known;
    for (const Family& f : kFamilies) {
      known += fmt::format("{}{}", known.empty() ? "" : ", ", f.model_type);
    }
    fail(ErrorKind::bad_data, "{}: model_type '{}' is not supported; known: {}", type.path(),
         type.text(), known);
  }
  return *family;
}

// What would change the computation and is not there.
void refuse_unsupported(const Json& config) {
  if (const Json* act = find_set(config, "hidden_act"); act != nullptr) {
    require(act->text() == "silu" || act->text() == "swish", ErrorKind::bad_data,
            "{} is '{}'; only 'silu' is supported", act->path(), act->text());
  }
  const Json* quantised = find_set(config, "quantization_config");
  require(quantised == nullptr, ErrorKind::bad_data,
          "{}: quantised weights are not supported; take the checkpoint in F32, F16 or BF16",
          config.path());
}

// A list of one whole number per layer.
std::vector<int64_t> read_layer_list(const Json& list, int64_t layers, int64_t low, int64_t high) {
  require(static_cast<int64_t>(list.array().size()) == layers, ErrorKind::bad_data,
          "{} has {} entries for {} layers", list.path(), list.array().size(), layers);
  std::vector<int64_t> values;
  for (const Json& item : list.array()) {
    const int64_t value = item.integer();
    require(value >= low && value <= high, ErrorKind::bad_data,
            "{} is {}; it must lie between {} and {}", item.path(), value, low, high);
    values.push_back(value);
  }
  return values;
}

std::vector<int64_t> read_rotary_layers(const Json& config, const Family& family, int64_t layers) {
  const Json* list = find_set(config, "no_rope_layers");
  std::vector<int64_t> rotary;
  if (list != nullptr) {
    rotary = read_layer_list(*list, layers, 0, 1);
  } else if (family.nope_interval > 0) {
    const int64_t interval =
        read_count(config, "no_rope_layer_interval", 1, kMostLayers, family.nope_interval);
    for (int64_t layer = 0; layer < layers; ++layer) {
      rotary.push_back((layer + 1) % interval == 0 ? 0 : 1);
    }
  }
  const bool all = std::count(rotary.begin(), rotary.end(), 1) == std::ssize(rotary);
  return all ? std::vector<int64_t>{} : rotary;
}

std::vector<int64_t> read_windows(const Json& config, const Family& family,
                                  const std::vector<int64_t>& rotary, int64_t layers) {
  if (family.sliding == Sliding::none) {
    return {};
  }
  // Mistral slides where it has a window; the others only when they are told to.
  if (family.sliding != Sliding::all && !read_flag(config, "use_sliding_window", false)) {
    return {};
  }
  const bool is_null =
      config.find("sliding_window") != nullptr && find_set(config, "sliding_window") == nullptr;
  const int64_t window = is_null ? 0
                                 : read_count(config, "sliding_window", family.window > 0 ? 1 : 0,
                                              kMostPositions, family.window);
  if (window == 0) {
    return {};
  }
  std::vector<int64_t> windows(static_cast<size_t>(layers), 0);
  const Json* types = find_set(config, "layer_types");
  const int64_t first_upper = read_count(config, "max_window_layers", 0, kMostLayers, 28);
  if (family.sliding != Sliding::all && types != nullptr) {
    require(static_cast<int64_t>(types->array().size()) == layers, ErrorKind::bad_data,
            "{} has {} entries for {} layers", types->path(), types->array().size(), layers);
  } else {
    types = nullptr;
  }
  for (size_t layer = 0; layer < windows.size(); ++layer) {
    bool slides = family.sliding == Sliding::all;
    if (types != nullptr) {
      const Json& type = types->array()[layer];
      slides = type.text() == "sliding_attention";
      require(slides || type.text() == "full_attention", ErrorKind::bad_data,
              "{} is '{}'; 'full_attention' and 'sliding_attention' are supported", type.path(),
              type.text());
    } else if (family.sliding == Sliding::upper) {
      slides = static_cast<int64_t>(layer) >= first_upper;
    } else if (family.sliding == Sliding::nope) {
      slides = !rotary.empty() && rotary[layer] == 0;
    }
    windows[layer] = slides ? window : 0;
  }
  const bool none = std::count(windows.begin(), windows.end(), 0) == std::ssize(windows);
  return none ? std::vector<int64_t>{} : windows;
}

// What the object "yonder" sets over what the family says.
void read_own(const Json& own, ModelConfig& config) {
  const int64_t version = read_count(own, "format_version", 1, 1 << 20, 1);
  require(version <= kFormatVersion, ErrorKind::bad_data,
          "{}: format_version is {}; this program reads up to {}: take a newer one", own.path(),
          version, kFormatVersion);
  if (const Json* scheme = find_set(own, "scheme"); scheme != nullptr) {
    config.scheme = scheme->text();
  }
  if (const Json* norm = find_set(own, "qk_norm"); norm != nullptr) {
    const auto& names = qk_norm_names();
    require(std::find(names.begin(), names.end(), norm->text()) != names.end(), ErrorKind::bad_data,
            "{} is '{}'; known: {}", norm->path(), norm->text(), fmt::join(names, ", "));
    config.qk_norm = parse_qk_norm(norm->text());
  }
  if (find_set(own, "train_length") != nullptr) {
    config.train_length = read_count(own, "train_length", 2, kMostPositions);
    config.train_length_source = "yonder.train_length";
  }
  if (const Json* windows = find_set(own, "windows"); windows != nullptr) {
    config.windows = read_layer_list(*windows, config.layers, 0, kMostPositions);
  }
  if (const Json* rotary = find_set(own, "rotary_layers"); rotary != nullptr) {
    config.rotary_layers = read_layer_list(*rotary, config.layers, 0, 1);
  }
  if (const Json* mixers = find_set(own, "mixers"); mixers != nullptr) {
    for (const Json& mixer : mixers->array()) {
      config.mixers.push_back(mixer.text());
    }
  }
  config.ssm_state = read_count(own, "ssm_state", 2, kMostState, config.ssm_state);
  config.qkv_bias = read_flag(own, "qkv_bias", config.qkv_bias);
  config.output_bias = read_flag(own, "output_bias", config.output_bias);
}

// A scheme that the file asks for and that cannot be is a fault of the file.
void check_scheme(const ModelConfig& config, const std::string& name) {
  try {
    checkpoint_scheme(config, "", config.train_length);
  } catch (const Error& error) {
    fail(ErrorKind::bad_data, "{}: the model asks for the position scheme {}: {}", name,
         config.scheme, error.what());
  }
}

ModelConfig parse(const Json& json, const std::string& name) {
  const Family& family = family_of(json);
  refuse_unsupported(json);
  ModelConfig c;
  c.model_type = family.model_type;
  c.vocab_size = read_count(json, "vocab_size", 1, kMostTokens);
  c.hidden_size = read_count(json, "hidden_size", 1, kMostWidth);
  c.intermediate_size = read_count(json, "intermediate_size", 1, kMostInner);
  c.layers = read_count(json, "num_hidden_layers", 1, kMostLayers);
  c.heads = read_count(json, "num_attention_heads", 1, kMostHeads);
  c.kv_heads = read_count(json, "num_key_value_heads", 1, kMostHeads, c.heads);
  int64_t head_dim = family.head_dim;
  if (head_dim == 0 && find_set(json, "head_dim") == nullptr) {
    require(c.hidden_size % c.heads == 0, ErrorKind::bad_data,
            "{}: hidden_size is {} and num_attention_heads {}; the first must be a multiple of the "
            "second, or head_dim be given",
            name, c.hidden_size, c.heads);
    head_dim = c.hidden_size / c.heads;
  }
  c.head_dim = read_count(json, "head_dim", 1, kMostHeadWidth, head_dim);
  c.norm_epsilon = read_real(json, "rms_norm_eps", 1e-6);
  const RopeScaling rope = read_rope_scaling(
      json, family.rope_base,
      read_count(json, "max_position_embeddings", 1, kMostPositions, family.positions));
  c.rope_base = rope.base;
  c.scheme = rope.scheme;
  c.train_length = rope.train_length;
  c.train_length_source = rope.train_length_source;
  c.rotary_layers = read_rotary_layers(json, family, c.layers);
  c.windows = read_windows(json, family, c.rotary_layers, c.layers);
  c.tied_embeddings = read_flag(json, "tie_word_embeddings", family.tied);
  const bool bias = family.reads_attention_bias && read_flag(json, "attention_bias", false);
  c.qkv_bias = family.always_qkv_bias || bias;
  c.output_bias = bias;
  c.mlp_bias = family.reads_mlp_bias && read_flag(json, "mlp_bias", false);
  c.qk_norm = family.qk_norm;
  c.bos = read_token_ids(json, "bos_token_id");
  c.eos = read_token_ids(json, "eos_token_id");
  if (const Json* own = find_set(json, "yonder"); own != nullptr) {
    read_own(*own, c);
  }
  c.validate(name);
  check_scheme(c, name);
  return c;
}

void write_ids(JsonWriter& w, const char* key, const std::vector<uint32_t>& ids) {
  w.key(key);
  if (ids.empty()) {
    w.null();
  } else if (ids.size() == 1) {
    w.value(ids[0]);
  } else {
    w.begin_array();
    for (const uint32_t id : ids) {
      w.value(id);
    }
    w.end_array();
  }
}

void write_list(JsonWriter& w, const char* key, const std::vector<int64_t>& values) {
  w.key(key).begin_array();
  for (const int64_t value : values) {
    w.value(value);
  }
  w.end_array();
}

// Keys of every family, and those with which it says which layers slide and turn.
void write_standard(JsonWriter& w, const ModelConfig& c, const Family& family,
                    std::string_view dtype) {
  constexpr std::array<std::pair<std::string_view, const char*>, 3> kTypes = {
      {{"f32", "float32"}, {"bf16", "bfloat16"}, {"f16", "float16"}}};
  const auto type = std::find_if(kTypes.begin(), kTypes.end(),
                                 [&](const auto& row) { return row.first == dtype; });
  YONDER_CHECK(type != kTypes.end());
  w.key("architectures").begin_array().value(family.architecture).end_array();
  w.key("model_type").value(family.model_type).key("hidden_act").value("silu");
  w.key("vocab_size").value(c.vocab_size).key("hidden_size").value(c.hidden_size);
  w.key("intermediate_size").value(c.intermediate_size).key("num_hidden_layers").value(c.layers);
  w.key("num_attention_heads").value(c.heads).key("num_key_value_heads").value(c.kv_heads);
  w.key("head_dim").value(c.head_dim).key("rms_norm_eps").value(c.norm_epsilon);
  w.key("tie_word_embeddings").value(c.tied_embeddings);
  w.key("attention_bias").value(c.output_bias).key("mlp_bias").value(c.mlp_bias);
  if (family.sliding != Sliding::none) {
    const auto window = std::max_element(c.windows.begin(), c.windows.end());
    w.key("use_sliding_window").value(!c.windows.empty()).key("sliding_window");
    if (c.windows.empty()) {
      w.null();
    } else {
      w.value(*window).key("layer_types").begin_array();
      for (const int64_t each : c.windows) {
        w.value(each == 0 ? "full_attention" : "sliding_attention");
      }
      w.end_array();
    }
  }
  if (family.nope_interval > 0) {
    write_list(w, "no_rope_layers",
               c.rotary_layers.empty() ? std::vector<int64_t>(static_cast<size_t>(c.layers), 1)
                                       : c.rotary_layers);
  }
  write_ids(w, "bos_token_id", c.bos);
  write_ids(w, "eos_token_id", c.eos);
  w.key("torch_dtype").value(type->second);
}

void write_own(JsonWriter& w, const ModelConfig& c) {
  w.key("scheme").value(c.scheme).key("train_length").value(c.train_length);
  w.key("qk_norm").value(qk_norm_name(c.qk_norm));
  w.key("qkv_bias").value(c.qkv_bias).key("output_bias").value(c.output_bias);
  if (!c.windows.empty()) {
    write_list(w, "windows", c.windows);
  }
  if (!c.rotary_layers.empty()) {
    write_list(w, "rotary_layers", c.rotary_layers);
  }
  if (!c.mixers.empty()) {
    w.key("mixers").begin_array();
    for (const std::string& mixer : c.mixers) {
      w.value(mixer);
    }
    w.end_array().key("ssm_state").value(c.ssm_state);
  }
}

std::string write(const ModelConfig& config, const Family& family, std::string_view dtype,
                  const std::map<std::string, std::string>& own, bool with_own) {
  JsonWriter w(2);
  w.begin_object();
  write_standard(w, config, family, dtype);
  write_rope_scaling(w, config);
  if (with_own || !own.empty()) {
    w.key("yonder").begin_object();
    w.key("format_version").value(kFormatVersion).key("yonder_version").value(YONDER_VERSION);
    if (with_own) {
      write_own(w, config);
    }
    for (const auto& [key, json] : own) {
      w.key(key).raw(json);
    }
    w.end_object();
  }
  w.end_object();
  return w.str() + "\n";
}

// The same network under the same positions; what only names things is left out.
bool same_model(ModelConfig a, const ModelConfig& b) {
  a.model_type = b.model_type;
  a.train_length_source = b.train_length_source;
  return a == b;
}

}  // namespace

ModelConfig parse_huggingface_config(std::string_view text, const std::string& name) {
  return parse(parse_json(text, name), name);
}

std::string huggingface_config(const ModelConfig& config, std::string_view dtype,
                               const std::map<std::string, std::string>& own) {
  const Family* family = find_family(config.model_type);
  YONDER_CHECK(family != nullptr);
  // What the family's own keys say is read again: equal, or they cannot say it.
  const std::string plain = write(config, *family, dtype, {}, false);
  if (std::string_view(family->model_type) != "yonder" &&
      same_model(parse_huggingface_config(plain, "config.json"), config)) {
    return own.empty() ? plain : write(config, *family, dtype, own, false);
  }
  return write(config, kFamilies.back(), dtype, own, true);
}

}  // namespace yonder::lm
