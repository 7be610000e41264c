// SPDX-License-Identifier: Apache-2.0
// A decoder in training, as nn's training loop wants it: loss of a micro-batch, figures on held-out
// sequences, config.json. Test: trainer_test.cpp.
#pragma once

#include "yonder/lm/kerple_module.h"
#include "yonder/lm/model_config.h"
#include "yonder/lm/position/scheme_set.h"
#include "yonder/lm/random_positions.h"
#include "yonder/lm/trainer.h"
#include "yonder/lm/training_attention.h"
#include "yonder/lm/training_data.h"
#include "yonder/lm/transformer_module.h"
#include "yonder/nn/training_loop.h"

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace yonder::lm {

/// What a run learns from, and is judged by.
struct TrainingSources {
  std::unique_ptr<SequenceSource> train;
  std::unique_ptr<TextSequences> valid;  ///< null: none
  std::optional<Task> task;              ///< in place of a text
};

class LanguageModelTask : public nn::TrainingTask {
 public:
  /// options: checked, and alive as long as this. own: members of config.json's object "yonder".
  LanguageModelTask(const TrainOptions& options, const ModelConfig& config, TrainingSources sources,
                    std::map<std::string, std::string> own);

  nn::NamedTensors parameters() override;
  at::Tensor loss(int64_t step, int64_t micro_batch) override;
  int64_t units_per_micro_batch() const override { return options_.batch * options_.context; }
  std::string unit() const override { return "tokens"; }
  std::map<std::string, double> validate() override;
  std::string config() const override;

  /// The network's own parameters, which a finished model consists of.
  nn::NamedTensors weights();
  /// The config with what was learned beside them: KERPLE's numbers, in the scheme.
  ModelConfig learned_config() const;
  const std::map<std::string, std::string>& own() const { return own_; }
  /// Begins with the weights of another model; Error(bad_data) for missing names or other shapes.
  void start_from(const nn::NamedTensors& weights, const std::string& name);

 private:
  struct Batch {
    at::Tensor ids;      // [B, T] int64
    at::Tensor targets;  // [B, T] int64, ignored ones marked
  };
  struct Tally {
    double nats = 0;
    int64_t hits = 0, targets = 0, right = 0, sequences = 0;
  };
  using Layers = std::vector<std::optional<TrainingPositions>>;  // none: no attention

  template <typename Fill>
  Batch batch_of(int64_t count, int64_t length, const Fill& fill) const;
  Layers layers_for(int64_t length) const;
  void move_to(Layers& layers, const std::vector<std::vector<double>>& positions) const;
  at::Tensor logits_of(const at::Tensor& ids, const Layers& layers);
  void score(const Batch& batch, const Layers& layers, Tally& tally);
  std::map<std::string, double> validate_text();
  std::map<std::string, double> validate_task();

  const TrainOptions& options_;
  ModelConfig config_;
  TrainingSources sources_;
  std::map<std::string, std::string> own_;
  at::Device device_;
  at::ScalarType compute_;
  Transformer model_;
  SchemeSet schemes_;
  PositionSampler sampler_;
  std::map<int64_t, Kerple> kerple_;  // by layer, where the scheme has it
  Layers training_, reading_;         // the layers' positions: those drawn, and those of a test
};

/// f32 or bf16 of --dtype on this device; auto: bf16 where the processor multiplies it itself.
at::ScalarType compute_type(const std::string& dtype, const at::Device& device);

}  // namespace yonder::lm
