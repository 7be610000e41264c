// SPDX-License-Identifier: Apache-2.0
#include "yonder/base/compressed.h"
#include "yonder/base/cpu.h"
#include "yonder/base/error.h"
#include "yonder/base/file.h"
#include "yonder/lm/formats/huggingface_config.h"
#include "yonder/lm/model_config.h"
#include "yonder/lm/position/scheme_set.h"
#include "yonder/lm/text_codec.h"
#include "yonder/lm/trainer.h"
#include "yonder/lm/training_attention.h"
#include "yonder/lm/training_data.h"
#include "yonder/lm/transformer_module.h"
#include "yonder/nn/checkpoint.h"
#include "yonder/nn/device.h"
#include "yonder/nn/training_loop.h"

#include <fmt/format.h>

#include <filesystem>
#include <memory>
#include <optional>
#include <vector>

namespace yonder::lm {
namespace fs = std::filesystem;
namespace {

at::ScalarType compute_type(const TrainOptions& options, const at::Device& device) {
  if (options.dtype != "auto") {
    return nn::parse_dtype(options.dtype);
  }
  const bool fast = device.is_cuda() || instruction_sets().find("avx512_bf16") != std::string::npos;
  return fast ? at::kBFloat16 : at::kFloat;
}

ModelConfig config_of(const TrainOptions& options, int64_t vocab_size) {
  ModelConfig config;
  config.vocab_size = vocab_size;
  config.hidden_size = options.hidden;
  config.layers = options.layers;
  config.heads = options.heads;
  config.kv_heads = options.kv_heads > 0 ? options.kv_heads : options.heads;
  require(options.head_dim > 0 || options.hidden % options.heads == 0, ErrorKind::bad_option,
          "--hidden {} is no multiple of --heads {}; give --head-dim", options.hidden,
          options.heads);
  config.head_dim = options.head_dim > 0 ? options.head_dim : options.hidden / options.heads;
  constexpr int64_t kMultiple = 64;
  config.intermediate_size = options.intermediate > 0
                                 ? options.intermediate
                                 : (options.hidden * 8 / 3 + kMultiple - 1) / kMultiple * kMultiple;
  config.rope_base = options.rope_base;
  config.train_length = options.context;
  config.scheme = options.scheme;
  config.tied_embeddings = options.tied;
  config.qk_norm = parse_qk_norm(options.qk_norm);
  config.validate("the model asked for");
  return config;
}

class LanguageModelTask : public nn::TrainingTask {
 public:
  LanguageModelTask(const TrainOptions& options, const ModelConfig& config, TrainingData data,
                    std::optional<TrainingData> valid)
      : options_(options),
        config_(config),
        data_(std::move(data)),
        valid_(std::move(valid)),
        device_(nn::parse_device(options.device)),
        compute_(compute_type(options, device_)),
        model_(config, compute_),
        schemes_(SchemeSet::parse(options.scheme, config.rope(), config.layers)) {
    model_->initialize(options.seed);
    model_->to(device_);
    const at::Tensor positions = torch::arange(options.context, at::kDouble).unsqueeze(0);
    for (int64_t layer = 0; layer < config.layers; ++layer) {
      positions_.emplace_back(schemes_[layer], positions);
    }
  }

  nn::NamedTensors parameters() override {
    nn::NamedTensors all;
    for (const auto& item : model_->named_parameters()) {
      all[item.key()] = item.value();
    }
    return all;
  }

  at::Tensor loss(int64_t step, int64_t micro_batch) override {
    const at::Tensor ids = batch_of(options_.batch, [&](int64_t b, std::span<uint32_t> out) {
      data_.sequence(static_cast<uint64_t>(step),
                     static_cast<uint64_t>(micro_batch * options_.batch + b), out);
    });
    const at::Tensor logits = logits_of(ids);
    return torch::nn::functional::cross_entropy(logits.flatten(0, 1), targets_of(ids).flatten());
  }

  int64_t units_per_micro_batch() const override { return options_.batch * options_.context; }
  std::string unit() const override { return "tokens"; }

  std::map<std::string, double> validate() override {
    if (!valid_) {
      return {};
    }
    Tally plain;
    Tally copied;
    const int64_t half = options_.context / 2;
    for (int64_t first = 0; first < options_.valid_sequences; first += options_.batch) {
      const int64_t count = std::min(options_.batch, options_.valid_sequences - first);
      score(batch_of(count,
                     [&](int64_t b, std::span<uint32_t> out) {
                       valid_->sequence(0, static_cast<uint64_t>(first + b), out);
                     }),
            0, plain);
      score(batch_of(count,
                     [&](int64_t b, std::span<uint32_t> out) {
                       valid_->tiled(1, static_cast<uint64_t>(first + b), half, out);
                     }),
            half, copied);
    }
    return {{"valid_loss", plain.loss()},
            {"valid_accuracy", plain.accuracy()},
            {"copy_accuracy", copied.accuracy()},
            {"copy_score", copied.accuracy() - plain.accuracy()}};
  }

  std::string config() const override {
    std::map<std::string, std::string> own;
    if (options_.tokenizer.empty()) {
      own["tokenizer"] = "\"bytes\"";
    }
    return huggingface_config(config_, "f32", own);
  }

  /// Weights of another model with the same names and shapes.
  void start_from(const nn::NamedTensors& weights, const std::string& name) {
    const torch::NoGradGuard no_grad;
    for (auto& [parameter_name, parameter] : parameters()) {
      const auto found = weights.find(parameter_name);
      require(found != weights.end() && found->second.sizes() == parameter.sizes(),
              ErrorKind::bad_data, "{}: no tensor {} of shape [{}]", name, parameter_name,
              fmt::join(parameter.sizes().vec(), ", "));
      parameter.detach().copy_(found->second);
    }
  }

 private:
  struct Tally {
    double nats = 0;
    int64_t hits = 0, targets = 0;
    double loss() const { return nats / static_cast<double>(targets); }
    double accuracy() const { return static_cast<double>(hits) / static_cast<double>(targets); }
  };

  /// [count, context + 1] int64 on the device.
  template <typename Fill>
  at::Tensor batch_of(int64_t count, const Fill& fill) const {
    const int64_t length = options_.context + 1;
    at::Tensor ids = torch::empty({count, length}, at::kLong);
    std::vector<uint32_t> row(static_cast<size_t>(length));
    for (int64_t b = 0; b < count; ++b) {
      fill(b, std::span(row));
      std::copy(row.begin(), row.end(), ids.data_ptr<int64_t>() + b * length);
    }
    return ids.to(device_);
  }

  /// [B, T, V] float32 of the first `context` tokens.
  at::Tensor logits_of(const at::Tensor& ids) {
    const double scale = attention_scale(config_);
    const at::Tensor hidden = model_->forward(
        ids.narrow(1, 0, options_.context),
        [&](int64_t layer, const at::Tensor& q, const at::Tensor& k, const at::Tensor& v) {
          return training_attention(q, k, v, positions_[static_cast<size_t>(layer)], scale,
                                    compute_);
        });
    return model_->logits(hidden).to(at::kFloat);
  }

  at::Tensor targets_of(const at::Tensor& ids) const { return ids.narrow(1, 1, options_.context); }

  /// Adds the targets from position `first` on.
  void score(const at::Tensor& ids, int64_t first, Tally& tally) {
    const at::Tensor logits = logits_of(ids).narrow(1, first, options_.context - first);
    const at::Tensor targets = targets_of(ids).narrow(1, first, options_.context - first);
    const at::Tensor losses = torch::nn::functional::cross_entropy(
        logits.flatten(0, 1), targets.flatten(),
        torch::nn::functional::CrossEntropyFuncOptions().reduction(torch::kSum));
    tally.nats += losses.item<double>();
    tally.hits += logits.argmax(-1).eq(targets).sum().item<int64_t>();
    tally.targets += targets.numel();
  }

  const TrainOptions& options_;
  ModelConfig config_;
  TrainingData data_;
  std::optional<TrainingData> valid_;
  at::Device device_;
  at::ScalarType compute_;
  Transformer model_;
  SchemeSet schemes_;
  std::vector<TrainingPositions> positions_;
};

std::vector<uint32_t> read_tokens(const std::string& path, const TextCodec& codec) {
  return codec.encode(read_compressed(path), /*bos=*/false);
}

}  // namespace

TrainReport train(const TrainOptions& options, Progress* progress) {
  options.validate();
  nn::set_threads(options.threads);
  const std::unique_ptr<TextCodec> codec =
      options.tokenizer.empty() ? make_byte_codec() : make_tokenizer_codec(options.tokenizer);
  const ModelConfig config = config_of(options, codec->vocab_size());
  ProgressRef(progress).begin("reading text", 0, "bytes");
  TrainingData data(read_tokens(options.data, *codec), options.context, options.repeat_part,
                    options.seed);
  std::optional<TrainingData> valid;
  if (!options.valid.empty()) {
    valid.emplace(read_tokens(options.valid, *codec), options.context, 0, options.seed);
  }
  LanguageModelTask task(options, config, std::move(data), std::move(valid));
  if (!options.init.empty()) {
    task.start_from(nn::load_safetensors(fs::path(options.init) / "model.safetensors"),
                    options.init);
  }
  const nn::LoopResult result = nn::run_training(task, options.loop, progress);

  const fs::path out = options.loop.out;
  const nn::Checkpoint last = nn::read_checkpoint(result.checkpoint);
  nn::save_safetensors(out / "model.safetensors", last.model);
  write_file(out / "config.json", last.config);
  if (!options.tokenizer.empty()) {
    write_file(out / "tokenizer.bytepiece", read_file(options.tokenizer));
  }
  TrainReport report;
  report.steps = result.steps;
  report.parameters = config.parameter_count();
  report.tokens = result.steps * options.loop.accumulate * task.units_per_micro_batch();
  report.seconds = result.seconds;
  report.loss = result.loss;
  report.validation = result.validation;
  report.folder = out.string();
  return report;
}

}  // namespace yonder::lm
