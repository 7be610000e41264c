// SPDX-License-Identifier: Apache-2.0
// AdamW with decoupled decay and clipping, whose state is named tensors, so that it can be stored
// and resumed bit for bit. Source: Loshchilov and Hutter 2019, arXiv 1711.05101. Test:
// optimizer_module_test.cpp.
#pragma once

#include "yonder/nn/optimizer_options.h"
#include "yonder/nn/safetensors_io.h"

#include <ATen/core/Tensor.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace yonder::nn {

class AdamW {
 public:
  /// parameters: leaves that require a gradient. Those of two or more axes decay.
  AdamW(std::vector<std::pair<std::string, at::Tensor>> parameters,
        const OptimizerOptions& options);
  ~AdamW();
  AdamW(const AdamW&) = delete;
  AdamW& operator=(const AdamW&) = delete;

  /// Clips the gradients and takes one step with this learning rate; the gradients' norm before
  /// clipping. Throws Error(numerical) where it is not finite, with nothing changed.
  double step(double learning_rate);
  void zero_grad();

  /// "mean.<name>", "square.<name>" and "steps"; load() takes what state() gave and throws
  /// Error(bad_data) for missing or wrongly shaped tensors.
  NamedTensors state() const;
  void load(const NamedTensors& state);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace yonder::nn
