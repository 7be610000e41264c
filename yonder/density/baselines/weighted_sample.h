// SPDX-License-Identifier: Apache-2.0
// A sample as the baselines fit it: checked, folded into a circle's period, sorted, with weights
// that sum to 1.
#pragma once

#include "yonder/density/domain.h"

#include <cstddef>
#include <span>
#include <vector>

namespace yonder::density {

struct WeightedSample {
  std::vector<double> values;   ///< ascending, in the domain
  std::vector<double> weights;  ///< > 0, sum 1
  double mean = 0;
  double deviation = 0;  ///< > 0
  double effective_size =
      0;  ///< Kish's (sum w)^2 / sum w^2; the number of values if all weigh alike

  /// weights: as many as values, or none (all alike). Throws Error(bad_data) for numbers that are
  /// not finite or outside an interval (naming the index), bad weights, and fewer than two distinct
  /// values of positive weight.
  WeightedSample(std::span<const double> values, std::span<const double> weights,
                 const Domain& domain);
  /// The value below which this share of the weight lies.
  double quantile(double share) const;
};

}  // namespace yonder::density
