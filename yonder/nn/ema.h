// SPDX-License-Identifier: Apache-2.0
// Exponential moving averages of parameters, one per decay. Test: ema_test.cpp.
#pragma once

#include "yonder/nn/safetensors_io.h"

#include <utility>
#include <vector>

namespace yonder::nn {

class Ema {
 public:
  /// decay in (0, 1), per step; the average starts as the parameters are now.
  Ema(double decay, const std::vector<std::pair<std::string, at::Tensor>>& parameters);
  /// average += (1 - d) (parameter - average), d = min(decay, (1 + steps) / (10 + steps)): the
  /// early average forgets the random start.
  void update(int64_t steps);
  double decay() const { return decay_; }
  const NamedTensors& average() const { return average_; }
  /// Takes stored averages; Error(bad_data) for missing or wrongly shaped ones.
  void load(const NamedTensors& average);

 private:
  double decay_;
  std::vector<std::pair<std::string, at::Tensor>> parameters_;
  NamedTensors average_;
};

}  // namespace yonder::nn
