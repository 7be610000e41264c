// SPDX-License-Identifier: Apache-2.0
// The loop that trains every model: gradient accumulation, clipping, learning rate, averages,
// checkpoints, validation, a log that a resumed run continues as if it had never stopped.
//
// A task gives a loss for (step, micro-batch); it draws its data from those two numbers alone, so
// the step is the whole of the data cursor and of the random state. Of several processes
// (distributed.h), number r of n takes the micro-batches r, n + r, 2n + r, ... of a step, their
// gradients are averaged, and the first one reads and writes the folder: n processes with
// accumulate = a do what one does with accumulate = n a. Test: training_loop_test.cpp.
#pragma once

#include "yonder/base/progress.h"
#include "yonder/nn/loop_options.h"
#include "yonder/nn/safetensors_io.h"

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <map>
#include <string>

namespace yonder::nn {

class TrainingTask {
 public:
  virtual ~TrainingTask() = default;
  /// float32 leaves by name; the same ones on every call.
  virtual NamedTensors parameters() = 0;
  /// Mean loss of one micro-batch, with its graph.
  virtual at::Tensor loss(int64_t step, int64_t micro_batch) = 0;
  /// Units of work (tokens, images) of one micro-batch, for the speed shown.
  virtual int64_t units_per_micro_batch() const = 0;
  virtual std::string unit() const = 0;
  /// Named figures on held-out data; empty: there are none. Called without gradients.
  virtual std::map<std::string, double> validate() = 0;
  /// config.json of a checkpoint.
  virtual std::string config() const = 0;
};

struct LoopResult {
  int64_t steps = 0;
  double seconds = 0;  ///< of training, over all resumed parts
  double loss = 0;     ///< mean over the last line of the log
  std::map<std::string, double> validation;
  std::string checkpoint;  ///< the last folder
};

/// Trains until the steps or the time are over. Writes out/log.jsonl: one object per log_every
/// steps and per validation. On cancellation it saves and throws Error(cancelled); on a loss or
/// gradient that is not finite it throws Error(numerical), and the last checkpoint stays. A resumed
/// run gives the bytes of an uninterrupted one, on one thread, apart from times and speeds; with
/// `time`, where it stops and how the learning rate falls depend on the clock.
LoopResult run_training(TrainingTask& task, const LoopOptions& options,
                        Progress* progress = nullptr);

}  // namespace yonder::nn
