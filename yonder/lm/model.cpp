// SPDX-License-Identifier: Apache-2.0
#include "yonder/lm/model.h"

#include "yonder/base/cpu.h"
#include "yonder/base/error.h"
#include "yonder/base/file.h"
#include "yonder/base/mmap.h"
#include "yonder/base/options.h"
#include "yonder/base/sha256.h"
#include "yonder/lm/checkpoint_scheme.h"
#include "yonder/lm/formats/table.h"
#include "yonder/lm/internal/model_impl.h"
#include "yonder/nn/device.h"
#include "yonder/nn/torch_error.h"

#include <ATen/ATen.h>

#include <string_view>

namespace yonder::lm {
namespace {

namespace fs = std::filesystem;

constexpr int64_t kLargeModel = 1'000'000'000;  // parameters from which bf16 is the default

at::ScalarType compute_type(const LoadOptions& options, const ModelConfig& config) {
  if (options.dtype == "auto") {
    return config.parameter_count() < kLargeModel ? at::kFloat : at::kBFloat16;
  }
  return nn::parse_dtype(options.dtype);
}

// What FrozenNetwork will allocate: tensors that are of another type or place than asked for.
uint64_t converted_bytes(const nn::NamedTensors& weights, at::ScalarType type, at::Device device) {
  uint64_t sum = 0;
  for (const auto& [name, tensor] : weights) {
    if (tensor.scalar_type() != type && device.is_cpu()) {
      sum += static_cast<uint64_t>(tensor.numel()) * at::elementSize(type);
    }
  }
  return sum;
}

// The tokenizer's file under a name by which find_codec_file() finds it again.
fs::path codec_name(const fs::path& file) {
  const fs::path name = file.filename();
  if (file.extension() == ".bin" || file.extension() == ".json") {
    return fs::path("tokenizer").replace_extension(file.extension());
  }
  return name == "tokenizer.model" || file.extension() == ".bytepiece" ? name
                                                                       : "tokenizer.bytepiece";
}

}  // namespace

namespace internal {

void require_memory(uint64_t needed, uint64_t limit, const std::string& what) {
  const uint64_t most = limit > 0 ? limit : free_memory();
  const auto text = [](uint64_t bytes) {
    return fmt::format("{:.1f} MB", static_cast<double>(bytes) / 1e6);
  };
  require(needed <= most, ErrorKind::memory, "{} would take {}, and {} {}", what, text(needed),
          text(most), limit > 0 ? "are allowed" : "are free");
}

}  // namespace internal

void LoadOptions::visit(OptionVisitor& v) {
  v.choice("dtype", dtype, {"auto", "f32", "bf16"},
           "type of weights, products and cache; auto: f32 below 1e9 parameters, else bf16");
  v.text("device", device, "cpu, cuda or cuda:n");
  v.integer("threads", threads, 0, 1024, "threads; 0: all cores");
  v.path("tokenizer", tokenizer, "tokenizer file, if not the one beside the weights");
}

std::span<const float> Logits::row(int64_t r) const {
  YONDER_CHECK(r >= 0 && r < rows);
  return std::span(values).subspan(static_cast<size_t>(r * vocab), static_cast<size_t>(vocab));
}

Model Model::load(const fs::path& path, const LoadOptions& options, Progress* progress) {
  LoadOptions checked = options;
  validate_options([&](OptionVisitor& v) { checked.visit(v); });
  nn::set_threads(options.threads);
  const at::Device device = nn::parse_device(options.device);
  return nn::with_torch_errors([&] {
    ProgressRef(progress).begin("loading " + path.string(), 0, "tensors");
    ModelFiles files = read_model(path);
    const at::ScalarType type = compute_type(options, files.config);
    internal::require_memory(
        converted_bytes(files.weights, type, device), 0,
        fmt::format("{}: the weights in {}", path.string(), nn::dtype_name(type)));
    FrozenNetwork network(files.config, files.weights, type, device);
    ProgressRef(progress).advance(files.weights.size());
    const int64_t vocab = files.config.vocab_size;
    std::optional<fs::path> codec_file = find_codec_file(path, vocab);
    std::unique_ptr<TextCodec> codec;
    if (options.tokenizer.empty()) {
      codec = find_codec(path, vocab);
    } else {
      codec_file = options.tokenizer;
      codec = load_codec(options.tokenizer, vocab);
    }
    return Model(std::shared_ptr<const Impl>(new Impl{std::move(files.config),
                                                      std::move(network),
                                                      type,
                                                      device,
                                                      options.threads,
                                                      std::move(codec),
                                                      std::move(codec_file),
                                                      path,
                                                      std::move(files.weight_files),
                                                      {},
                                                      {}}));
  });
}

Model Model::random(const ModelConfig& config, uint64_t seed, const LoadOptions& options) {
  LoadOptions checked = options;
  validate_options([&](OptionVisitor& v) { checked.visit(v); });
  config.validate("random model");
  nn::set_threads(options.threads);
  const at::Device device = nn::parse_device(options.device);
  return nn::with_torch_errors([&] {
    const at::ScalarType type = compute_type(options, config);
    internal::require_memory(static_cast<uint64_t>(config.parameter_count()) * sizeof(float), 0,
                             "the weights");
    std::unique_ptr<TextCodec> codec;
    std::optional<fs::path> codec_file;
    if (!options.tokenizer.empty()) {
      codec_file = options.tokenizer;
      codec = load_codec(options.tokenizer, config.vocab_size);
    }
    return Model(std::shared_ptr<const Impl>(new Impl{config,
                                                      FrozenNetwork(config, seed, type, device),
                                                      type,
                                                      device,
                                                      options.threads,
                                                      std::move(codec),
                                                      std::move(codec_file),
                                                      {},
                                                      {},
                                                      {},
                                                      {}}));
  });
}

std::vector<std::string> Model::format_names() { return model_format_names(); }

void Model::save(const fs::path& path, const std::string& format, const std::string& dtype) const {
  const at::ScalarType type = nn::parse_dtype(dtype);
  nn::with_torch_errors([&] {
    std::map<std::string, std::string> own;
    if (has_codec() && !impl_->codec_file) {
      own["tokenizer"] = "\"bytes\"";
    }
    write_model(impl_->config, impl_->network.weights(), path, format, type, own);
    if (impl_->codec_file) {
      const bool is_folder = fs::is_directory(path);
      const fs::path target =
          (is_folder ? path : path.parent_path()) / codec_name(*impl_->codec_file);
      if (!fs::exists(target) || (is_folder && !fs::equivalent(target, *impl_->codec_file))) {
        write_file(target, read_file(*impl_->codec_file));
      }
    }
  });
}

const ModelConfig& Model::config() const { return impl_->config; }

bool Model::has_codec() const { return impl_->codec != nullptr; }

const TextCodec& Model::codec() const {
  require(has_codec(), ErrorKind::file,
          "{}: there is no tokenizer beside the weights (tokenizer.json, tokenizer.model, "
          "*.bytepiece, tokenizer.bin or tok{}.bin); pass --tokenizer FILE",
          impl_->path.empty() ? "random model" : impl_->path.string(), impl_->config.vocab_size);
  return *impl_->codec;
}

SchemeSet Model::scheme(std::string_view text, int64_t target, bool unsafe) const {
  return checkpoint_scheme(impl_->config, text, target, unsafe);
}

int64_t Model::cache_bytes_per_token() const {
  const ModelConfig& c = impl_->config;
  return 2 * c.attention_layers() * c.kv_heads * c.head_dim *
         static_cast<int64_t>(at::elementSize(impl_->dtype));
}

int64_t Model::state_bytes() const {
  const ModelConfig& c = impl_->config;
  return (c.layers - c.attention_layers()) * c.hidden_size * c.ssm_state *
         static_cast<int64_t>(sizeof(float));
}

const std::string& Model::checksum() const {
  std::call_once(impl_->checksum_once, [&] {
    Sha256 digest;
    for (const fs::path& file : impl_->weight_files) {
      digest.update(MappedFile(file).view());
    }
    if (impl_->weight_files.empty()) {
      for (const auto& [name, tensor] : impl_->network.weights()) {
        const at::Tensor bytes = tensor.to(at::kCPU).contiguous();
        digest.update(name);
        digest.update({static_cast<const char*>(bytes.data_ptr()), bytes.nbytes()});
      }
    }
    impl_->checksum = digest.hex();
  });
  return impl_->checksum;
}

}  // namespace yonder::lm
