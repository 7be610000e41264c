// SPDX-License-Identifier: Apache-2.0
// What a state-space layer (ssm_module.h) is made of: a start, which is a row of ssm/table.cpp, the
// size of its state and the range of its steps. No torch, so that configurations can be checked
// without it. Test: ssm_module_test.cpp.
#pragma once

#include "yonder/base/options.h"

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace yonder::nn {

/// Shapes of named tensors.
using TensorShapes = std::map<std::string, std::vector<int64_t>>;

/// "s4d-lin", "s4d-inv", "s4d-legs", "s4-legs", "s4-legt", "s4-fout", "rtf".
const std::vector<std::string>& ssm_start_names();

struct SsmOptions {
  std::string start = "s4d-lin";  ///< a name from ssm/table.cpp
  int64_t state = 64;             ///< N, real numbers per channel; even
  double step_min = 1e-3;  ///< smallest and largest step of a channel at the start; a channel
  double step_max = 1e-1;  ///< of step e remembers about 1/e positions (rtf has no steps)

  void visit(OptionVisitor& v);
  /// Throws Error(bad_option) for ranges, unknown starts, an odd state, step_min > step_max.
  void validate() const;
  /// What a layer of this width learns.
  TensorShapes parameter_shapes(int64_t width) const;
};

}  // namespace yonder::nn
