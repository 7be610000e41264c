// SPDX-License-Identifier: Apache-2.0
// Options of the optimiser, and the learning rate they give at each moment of a run. No torch.
// Test: optimizer_options_test.cpp.
#pragma once

#include "yonder/base/options.h"

#include <cstdint>
#include <string>

namespace yonder::nn {

struct OptimizerOptions {
  double learning_rate = 1e-3;  ///< peak, after warm-up
  int64_t warmup = 200;         ///< steps of linear growth from 0
  std::string schedule = "cosine";
  double final_rate = 0.1;  ///< last learning rate, as a fraction of the peak
  double decay_part = 0.2;  ///< of wsd: the last part of the run, in which the rate falls
  double beta1 = 0.9;
  double beta2 = 0.95;
  double epsilon = 1e-8;
  double weight_decay = 0.1;  ///< decoupled; matrices only
  double clip = 1;            ///< global norm of the gradient; 0: off

  void visit(OptionVisitor& v);
};

/// step: from 0. progress: of the whole run, 0 to 1. Schedules: constant; cosine and linear fall to
/// final_rate from the first step on; wsd stays at the peak and falls linearly in the last part.
double learning_rate_at(const OptimizerOptions& options, int64_t step, double progress);

}  // namespace yonder::nn
