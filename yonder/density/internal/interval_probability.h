// SPDX-License-Identifier: Apache-2.0
// ln P(low < Y <= high), the one way in which bins get their probabilities: the difference is taken
// of cdf or survival function, whichever is small there and does not cancel; far tails go through
// their logarithms, and bins too narrow for a difference, or too far out for any double, through
// the density at their middle. Test: soft_bins_test.cpp.
#pragma once

#include "yonder/density/model.h"

#include <span>

namespace yonder::density::internal {

/// low, high: [n], low <= high, infinities allowed; -infinity for an empty interval. Beyond the
/// ends of a bounded domain there is nothing; a circle is taken as cut open at its origin.
void log_interval_probability(const Model& model, std::span<const double> low,
                              std::span<const double> high, std::span<double> out);

}  // namespace yonder::density::internal
