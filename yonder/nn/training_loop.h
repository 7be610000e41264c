// SPDX-License-Identifier: Apache-2.0
// The loop that trains every model: gradient accumulation, clipping, learning rate, averages,
// checkpoints, validation, a log that a resumed run continues as if it had never stopped.
//
// A task gives a loss for (step, micro-batch); it draws its data from those two numbers alone, so
// the step is the whole of the data cursor and of the random state. Test: training_loop_test.cpp.
#pragma once

#include "yonder/base/progress.h"
#include "yonder/nn/loop_options.h"

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace yonder::nn {

class TrainingTask {
 public:
  virtual ~TrainingTask() = default;
  /// Leaves by name; the same ones on every call.
  virtual std::vector<std::pair<std::string, at::Tensor>> parameters() = 0;
  /// Mean loss of one micro-batch, with its graph.
  virtual at::Tensor loss(int64_t step, int64_t micro_batch) = 0;
  /// Units of work (tokens, images) of one micro-batch, for the speed shown.
  virtual int64_t units_per_micro_batch() const = 0;
  virtual std::string unit() const = 0;
  /// Named figures on held-out data; empty: there are none.
  virtual std::map<std::string, double> validate() = 0;
  /// config.json of a checkpoint.
  virtual std::string config() const = 0;
};

struct LoopResult {
  int64_t steps = 0;
  double seconds = 0;  ///< of training, over all resumed parts
  double loss = 0;     ///< mean of the last log_every steps
  std::map<std::string, double> validation;
  std::string checkpoint;  ///< the last folder
};

/// Trains until the steps or the time are over. Writes out/log.jsonl: one object per log_every
/// steps and per validation. On cancellation it saves and throws Error(cancelled); on a loss that
/// is not finite it throws Error(numerical), the last checkpoint stays. A resumed run gives the
/// bytes of an uninterrupted one (with `time`: apart from where it stops), on one thread.
LoopResult run_training(TrainingTask& task, const LoopOptions& options,
                        Progress* progress = nullptr);

}  // namespace yonder::nn
