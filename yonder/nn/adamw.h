// SPDX-License-Identifier: Apache-2.0
// AdamW with decoupled decay and clipping. Its state is named tensors, so that it can be stored and
// resumed bit for bit. Source: Loshchilov and Hutter 2019, arXiv 1711.05101, algorithm 2. Test:
// adamw_module_test.cpp (against torch.optim).
#pragma once

#include "yonder/nn/optimizer_options.h"
#include "yonder/nn/safetensors_io.h"

#include <cstdint>

namespace yonder::nn {

class AdamW {
 public:
  /// parameters: float32 leaves that require a gradient. Weights of two or more axes decay.
  AdamW(const NamedTensors& parameters, const OptimizerOptions& options);

  /// Clips the gradients to a common norm and takes one step with this learning rate; gives the
  /// norm before clipping. Parameters without a gradient stay. Throws Error(numerical) where the
  /// norm is not finite, with nothing changed.
  double step(double learning_rate);
  void zero_grad();

  /// "mean.<name>", "square.<name>" and "steps"; load() takes what state() gave and throws
  /// Error(bad_data) for missing or wrongly shaped tensors.
  NamedTensors state() const;
  void load(const NamedTensors& state);

 private:
  OptimizerOptions options_;
  NamedTensors parameters_;
  NamedTensors mean_, square_;  ///< of the gradients, decaying; of the parameters' shapes
  int64_t steps_ = 0;
};

}  // namespace yonder::nn
