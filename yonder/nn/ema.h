// SPDX-License-Identifier: Apache-2.0
// Exponential moving averages of parameters, one object per decay: often better than the last
// weights, and what diffusion models are sampled from. Test: ema_test.cpp.
#pragma once

#include "yonder/nn/safetensors_io.h"

#include <cstdint>

namespace yonder::nn {

class Ema {
 public:
  /// decay in (0, 1), per step; the average starts as the parameters are now.
  Ema(double decay, const NamedTensors& parameters);
  /// After optimiser step number `steps` (from 1): average += (1 - d) (parameter - average),
  /// d = min(decay, (1 + steps) / (10 + steps)), so that an early average forgets the random start.
  void update(int64_t steps);
  const NamedTensors& average() const { return average_; }
  /// Takes stored averages; Error(bad_data) for missing or wrongly shaped ones.
  void load(const NamedTensors& average);

 private:
  double decay_;
  NamedTensors parameters_;
  NamedTensors average_;
};

}  // namespace yonder::nn
