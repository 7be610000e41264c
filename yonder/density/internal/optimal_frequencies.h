// SPDX-License-Identifier: Apache-2.0
// Probabilities as whole numbers that a coder can use: each at least 1, together 2^precision, with
// the least expected code length that such numbers allow.
//
// The expected length - sum P_k log2 F_k is convex in each F_k, so the best F is reached by giving
// units away one by one, each to the symbol that gains most: P log(1 + 1 / F). The many first units
// are given at once: for a price lambda, each symbol buys units while they gain more than lambda,
// and the price is found by bisection. Rounding P 2^precision and mending the sum instead costs
// 0.01 % to 0.1 % of the length. Reference: the units one by one, in optimal_frequencies_test.cpp.
#pragma once

#include "yonder/density/internal/rans.h"

#include <span>

namespace yonder::density::internal {

/// probabilities: [M] >= 0, 2 <= M <= 2^precision; they need not sum to 1. Cost: O(60 M).
Frequencies optimal_frequencies(std::span<const double> probabilities, int precision);

}  // namespace yonder::density::internal
