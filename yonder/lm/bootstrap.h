// SPDX-License-Identifier: Apache-2.0
// How far a mean over samples may be off: the percentile interval of means over samples drawn again
// with replacement. A sample is a text with its targets, not a target: neighbours are not
// independent. Source: Efron and Tibshirani 1993, An Introduction to the Bootstrap, 13.3. Test:
// bootstrap_test.cpp.
#pragma once

#include <cstdint>
#include <span>

namespace yonder::lm {

struct Interval {
  double low = 0, high = 0;  ///< NaN where fewer than two samples are there
};

/// Of sum(numerators) / sum(denominators), both [samples], denominators > 0. confidence in (0, 1).
/// The same seed gives the same draws whatever the numbers are, so that two schemes on the same
/// samples are compared on the same draws.
Interval bootstrap_interval(std::span<const double> numerators,
                            std::span<const double> denominators, double confidence, uint64_t seed);

}  // namespace yonder::lm
