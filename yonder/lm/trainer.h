// SPDX-License-Identifier: Apache-2.0
// Trains small decoders from scratch or from a checkpoint, with the variants that need training.
// The result is a Hugging Face directory. No torch types here. Source of the variants: kexue.fm
// 9444, 9603, 9728, 9731, 9859. Test: trainer_test.cpp; kills: trainer_slow_test.cpp.
#pragma once

#include "yonder/base/options.h"
#include "yonder/base/progress.h"
#include "yonder/nn/loop_options.h"

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace yonder::lm {

struct TrainOptions {
  std::string data;       ///< text (plain, gzip or zstd) or token ids (.ids)
  std::string valid;      ///< the same, never trained on; empty: no validation
  std::string tokenizer;  ///< a model of the tokenizer component; empty: bytes
  std::string task;       ///< learn this synthetic task (tasks/task.h) instead of a text
  std::string init;       ///< begin with this model's shape and weights

  int64_t layers = 8;
  int64_t hidden = 256;  ///< D
  int64_t heads = 4;
  int64_t kv_heads = 0;      ///< 0: heads
  int64_t head_dim = 0;      ///< 0: hidden / heads
  int64_t intermediate = 0;  ///< 0: 8/3 hidden, rounded up to a multiple of 64
  bool tied = true;
  double rope_base = 0;  ///< 0: 10000, or that of `init`
  /// What mixes positions, one name per layer and again from the first: rows of mixer_names().
  std::vector<std::string> mixers = {"attention"};
  int64_t ssm_state = 64;        ///< numbers per channel of a state-space layer; even
  std::string qk_norm = "none";  ///< none, rms, key, query, cosine
  std::string scheme;  ///< of training, per layer where wanted; empty: rope, or that of `init`
  std::string positions = "ordinary";  ///< where tokens stand in training (random_positions.h)

  int64_t context = 256;  ///< N, tokens
  int64_t batch = 16;     ///< sequences of a micro-batch
  double repeat_part = 0.15;
  int64_t valid_sequences = 64;
  std::string dtype = "auto";  ///< of the matrix products: auto, f32, bf16
  std::string device = "cpu";
  int64_t threads = 0;
  uint64_t seed = 0;
  nn::LoopOptions loop;

  void visit(OptionVisitor& v);
  void validate() const;
};

struct TrainReport {
  int64_t steps = 0;
  int64_t parameters = 0;
  int64_t tokens = 0;  ///< read, over all steps
  double seconds = 0;
  double loss = 0;  ///< of the last log lines, nats per token
  /// Of a text: valid_loss, valid_accuracy, copy_accuracy (second half of tiled sequences),
  /// copy_score (copy_accuracy - valid_accuracy). Of a task: accuracy, and accuracy_8x on strings
  /// eight times as long (part of the examples whose answers are right in full).
  std::map<std::string, double> validation;
  std::string folder;  ///< the finished model
};

/// Trains and writes loop.out: checkpoints, log.jsonl, and at the end model.safetensors,
/// config.json and the tokenizer, which Model::load reads. Of several processes (loop.place), the
/// first writes. Makes the C library keep freed memory (nn/allocator.h), for good. Errors: those of
/// nn::run_training(); Error(memory) where torch finds none.
TrainReport train(const TrainOptions& options, Progress* progress = nullptr);

}  // namespace yonder::lm
