// SPDX-License-Identifier: Apache-2.0
#include "yonder/nn/ssm_options.h"

#include "yonder/base/error.h"
#include "yonder/nn/ssm/table.h"

namespace yonder::nn {

void SsmOptions::visit(OptionVisitor& v) {
  v.choice("ssm-start", start, ssm_start_names(), "start values of state-space layers");
  v.integer("ssm-state", state, 2, 4096, "numbers that a channel remembers; even");
  v.real("ssm-step-min", step_min, 1e-6, 10, "smallest step of a channel at the start");
  v.real("ssm-step-max", step_max, 1e-6, 10, "largest step of a channel at the start");
}

void SsmOptions::validate() const {
  SsmOptions copy = *this;
  validate_options([&](OptionVisitor& v) { copy.visit(v); });
  require(state % 2 == 0, ErrorKind::bad_option,
          "--ssm-state is {}; poles come in conjugate pairs, so it must be even", state);
  require(step_min <= step_max, ErrorKind::bad_option,
          "--ssm-step-min is {}, which is above --ssm-step-max, {}", step_min, step_max);
}

TensorShapes SsmOptions::parameter_shapes(int64_t width) const {
  const SsmRow& row = ssm_row(start);
  TensorShapes shapes = row.shapes(row, width, state);
  shapes["D"] = {width};  // the direct path
  return shapes;
}

}  // namespace yonder::nn
