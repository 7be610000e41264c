// SPDX-License-Identifier: Apache-2.0
#include "yonder/lm/language_model_task_module.h"

#include "yonder/base/cpu.h"
#include "yonder/base/error.h"
#include "yonder/lm/checkpoint_scheme.h"
#include "yonder/lm/formats/huggingface_config.h"
#include "yonder/nn/cross_entropy.h"
#include "yonder/nn/device.h"

#include <fmt/format.h>

#include <algorithm>
#include <span>
#include <utility>

namespace yonder::lm {
namespace {

constexpr int64_t kLongTest = 8;  // times the training length, for tasks

/// Draws of positions have streams of their own, beside those of the sequences.
constexpr uint64_t kPositionStreams = uint64_t{1} << 63;

std::string kerple_name(int64_t layer) { return fmt::format("kerple.{}.", layer); }

}  // namespace

at::ScalarType compute_type(const std::string& dtype, const at::Device& device) {
  if (dtype != "auto") {
    return nn::parse_dtype(dtype);
  }
  const bool fast = device.is_cuda() || instruction_sets().find("avx512_bf16") != std::string::npos;
  return fast ? at::kBFloat16 : at::kFloat;
}

LanguageModelTask::LanguageModelTask(const TrainOptions& options, const ModelConfig& config,
                                     TrainingSources sources,
                                     std::map<std::string, std::string> own)
    : options_(options),
      config_(config),
      sources_(std::move(sources)),
      own_(std::move(own)),
      device_(nn::parse_device(options.device)),
      compute_(compute_type(options.dtype, device_)),
      model_(config, compute_),
      schemes_(checkpoint_scheme(config, "")),
      sampler_(PositionSampler::parse(options.positions, config.train_length)) {
  model_->initialize(options.seed);
  model_->to(device_);
  for (int64_t layer = 0; layer < config.layers; ++layer) {
    if (!config.has_attention(layer)) {
      continue;
    }
    if (const auto term = kerple_term_of(schemes_[layer].canonical())) {
      kerple_.emplace(layer, Kerple(*term, config.heads)).first->second->to(device_);
    }
  }
  training_ = layers_for(options.context);
  reading_ = layers_for(options.context);
  move_to(reading_, {sampler_.at_test(options.context)});
}

nn::NamedTensors LanguageModelTask::weights() {
  nn::NamedTensors all;
  for (const auto& item : model_->named_parameters()) {
    all[item.key()] = item.value();
  }
  return all;
}

nn::NamedTensors LanguageModelTask::parameters() {
  nn::NamedTensors all = weights();
  for (auto& [layer, kerple] : kerple_) {
    for (const auto& item : kerple->named_parameters()) {
      all[kerple_name(layer) + item.key()] = item.value();
    }
  }
  return all;
}

at::Tensor LanguageModelTask::loss(int64_t step, int64_t micro_batch) {
  const auto first = static_cast<uint64_t>(micro_batch * options_.batch);
  const auto at = static_cast<uint64_t>(step);
  const Batch batch =
      batch_of(options_.batch, options_.context, [&](uint64_t b, auto ids, auto counts) {
        sources_.train->sequence(at, first + b, ids, counts);
      });
  if (!sampler_.is_ordinary()) {
    std::vector<std::vector<double>> positions;
    for (uint64_t b = 0; b < static_cast<uint64_t>(options_.batch); ++b) {
      Rng rng(options_.seed, kPositionStreams + (at << 24) + first + b);
      positions.push_back(sampler_.draw(rng, options_.context));
    }
    move_to(training_, positions);
  }
  const at::Tensor logits = logits_of(batch.ids, training_);
  return nn::cross_entropy(logits.flatten(0, 1), batch.targets.flatten());
}

std::map<std::string, double> LanguageModelTask::validate() {
  if (sources_.task) {
    return validate_task();
  }
  return sources_.valid != nullptr ? validate_text() : std::map<std::string, double>{};
}

std::map<std::string, double> LanguageModelTask::validate_text() {
  Tally plain;
  Tally copied;
  for (int64_t first = 0; first < options_.valid_sequences; first += options_.batch) {
    const int64_t count = std::min(options_.batch, options_.valid_sequences - first);
    const auto index = static_cast<uint64_t>(first);
    score(batch_of(count, options_.context,
                   [&](uint64_t b, auto ids, auto counts) {
                     sources_.valid->sequence(0, index + b, ids, counts);
                   }),
          reading_, plain);
    score(batch_of(count, options_.context,
                   [&](uint64_t b, auto ids, auto counts) {
                     sources_.valid->tiled(1, index + b, options_.context / 2, ids, counts);
                   }),
          reading_, copied);
  }
  const auto accuracy = [](const Tally& tally) {
    return static_cast<double>(tally.hits) / static_cast<double>(tally.targets);
  };
  return {{"valid_loss", plain.nats / static_cast<double>(plain.targets)},
          {"valid_accuracy", accuracy(plain)},
          {"copy_accuracy", accuracy(copied)},
          {"copy_score", accuracy(copied) - accuracy(plain)}};
}

std::map<std::string, double> LanguageModelTask::validate_task() {
  // Streams that training never gets to.
  const TaskSequences longest(*sources_.task, /*longest_only=*/true, ~options_.seed);
  const auto accuracy = [&](int64_t length, const Layers& layers, int64_t at_once) {
    Tally tally;
    for (int64_t first = 0; first < options_.valid_sequences; first += at_once) {
      const int64_t count = std::min(at_once, options_.valid_sequences - first);
      score(batch_of(count, length,
                     [&](uint64_t b, auto ids, auto counts) {
                       longest.sequence(0, static_cast<uint64_t>(first) + b, ids, counts);
                     }),
            layers, tally);
    }
    return static_cast<double>(tally.right) / static_cast<double>(tally.sequences);
  };
  const int64_t length = kLongTest * options_.context;
  Layers layers = layers_for(length);
  move_to(layers, {sampler_.at_test(length)});
  return {{"accuracy", accuracy(options_.context, reading_, options_.batch)},
          {fmt::format("accuracy_{}x", kLongTest), accuracy(length, layers, 1)}};
}

std::string LanguageModelTask::config() const {
  return huggingface_config(learned_config(), "f32", own_);
}

ModelConfig LanguageModelTask::learned_config() const {
  ModelConfig config = config_;
  if (kerple_.empty()) {
    return config;
  }
  std::vector<PositionScheme> by_layer;
  for (int64_t layer = 0; layer < config_.layers; ++layer) {
    std::string text = schemes_[layer].canonical();
    if (const auto found = kerple_.find(layer); found != kerple_.end()) {
      const std::string before = *kerple_term_of(text);
      text.replace(text.find(before), before.size(), found->second->term());
    }
    by_layer.push_back(PositionScheme::parse(text, config_.rope()));
  }
  config.scheme = SchemeSet(by_layer).canonical();
  config.windows.clear();  // they stand in the scheme now
  config.rotary_layers.clear();
  return config;
}

void LanguageModelTask::start_from(const nn::NamedTensors& weights, const std::string& name) {
  const torch::NoGradGuard no_grad;
  for (auto& [parameter_name, parameter] : this->weights()) {
    const auto found = weights.find(parameter_name);
    require(found != weights.end() && found->second.sizes() == parameter.sizes(),
            ErrorKind::bad_data, "{}: no tensor {} of shape [{}]", name, parameter_name,
            fmt::join(parameter.sizes().vec(), ", "));
    parameter.copy_(found->second);
  }
}

/// fill(b, ids, counts): sequence b of `length` inputs.
template <typename Fill>
LanguageModelTask::Batch LanguageModelTask::batch_of(int64_t count, int64_t length,
                                                     const Fill& fill) const {
  const auto n = static_cast<size_t>(length) + 1;
  std::vector<uint32_t> ids(n);
  std::vector<uint8_t> counts(n);
  at::Tensor inputs = torch::empty({count, length}, at::kLong);
  at::Tensor targets = torch::empty({count, length}, at::kLong);
  auto* input = inputs.data_ptr<int64_t>();
  auto* target = targets.data_ptr<int64_t>();
  for (int64_t b = 0; b < count; ++b) {
    fill(static_cast<uint64_t>(b), std::span<uint32_t>(ids), std::span<uint8_t>(counts));
    for (size_t i = 0; i + 1 < n; ++i) {
      *input++ = ids[i];
      *target++ = counts[i + 1] != 0 ? int64_t{ids[i + 1]} : nn::kIgnoredTarget;
    }
  }
  return {inputs.to(device_), targets.to(device_)};
}

LanguageModelTask::Layers LanguageModelTask::layers_for(int64_t length) const {
  Layers layers;
  for (int64_t layer = 0; layer < config_.layers; ++layer) {
    layers.emplace_back();
    if (config_.has_attention(layer)) {
      layers.back().emplace(schemes_[layer], length, config_.heads, attention_scale(config_),
                            device_);
    }
  }
  return layers;
}

void LanguageModelTask::move_to(Layers& layers,
                                const std::vector<std::vector<double>>& positions) const {
  std::vector<at::Tensor> rows;
  for (const std::vector<double>& row : positions) {
    rows.push_back(torch::tensor(row, at::kDouble));
  }
  const at::Tensor all = torch::stack(rows).to(device_);
  for (auto& layer : layers) {
    if (layer) {
      layer->move_to(all);
    }
  }
}

/// [B, T, V] of the type compute_.
at::Tensor LanguageModelTask::logits_of(const at::Tensor& ids, const Layers& layers) {
  const at::Tensor hidden = model_->forward(
      ids, [&](int64_t layer, const at::Tensor& q, const at::Tensor& k, const at::Tensor& v) {
        const auto kerple = kerple_.find(layer);
        const at::Tensor bias =
            kerple == kerple_.end() ? at::Tensor() : kerple->second->forward(ids.size(1));
        return training_attention(q, k, v, *layers[static_cast<size_t>(layer)], compute_, bias);
      });
  return model_->logits(hidden);
}

void LanguageModelTask::score(const Batch& batch, const Layers& layers, Tally& tally) {
  const at::Tensor logits = logits_of(batch.ids, layers);
  const at::Tensor counts = batch.targets.ne(nn::kIgnoredTarget);
  const at::Tensor hits = logits.argmax(-1).eq(batch.targets).logical_and(counts);
  const auto targets = counts.sum().item<int64_t>();
  const double loss =
      nn::cross_entropy(logits.flatten(0, 1), batch.targets.flatten()).item<double>();
  tally.nats += loss * static_cast<double>(targets);
  tally.hits += hits.sum().item<int64_t>();
  tally.targets += targets;
  tally.right += hits.eq(counts).all(1).sum().item<int64_t>();
  tally.sequences += batch.ids.size(0);
}

}  // namespace yonder::lm
