// SPDX-License-Identifier: Apache-2.0
// The sums of normal_sum.h in long doubles and plain loops.
#pragma once

#include "yonder/density/baselines/normal_sum.h"

namespace yonder::density {

double logpdf_reference(const NormalSum& sum, double y);
ResponsibilitySums responsibility_sums_reference(const NormalSum& sum, std::span<const double> y,
                                                 std::span<const double> weights);

}  // namespace yonder::density
