// SPDX-License-Identifier: Apache-2.0
// Options of the training loop (training_loop.h). No torch. Test: loop_options_test.cpp.
#pragma once

#include "yonder/base/options.h"
#include "yonder/nn/optimizer_options.h"
#include "yonder/nn/process_place.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace yonder::nn {

struct LoopOptions {
  std::string out;         ///< folder of the run
  int64_t steps = 1000;    ///< optimiser steps; ignored where `time` is given
  std::string time;        ///< "90m": train this long, over all resumed parts; empty: by steps
  int64_t accumulate = 1;  ///< micro-batches of one step
  int64_t checkpoint_every = 500;  ///< steps; 0: only at the end
  double checkpoint_minutes = 10;  ///< and at least this often; 0: by steps only
  int64_t keep = 2;                ///< checkpoint folders kept
  int64_t validate_every = 500;    ///< steps; 0: only at the end
  int64_t log_every = 10;          ///< steps
  std::vector<std::string> ema;    ///< decays of averages kept beside the model
  bool resume = false;
  bool force = false;         ///< begin anew in a folder that holds a run
  double peer_timeout = 600;  ///< seconds a process waits for another
  OptimizerOptions optimizer;
  ProcessPlace place;  ///< which of several processes this is; no option: the program says it

  void visit(OptionVisitor& v);
  void validate() const;
};

/// "90m" in seconds; 0 for an empty text. Throws Error(bad_option).
double parse_training_time(const std::string& text);
/// A decay of --ema; Error(bad_option) outside (0, 1).
double parse_ema_decay(const std::string& text);

}  // namespace yonder::nn
