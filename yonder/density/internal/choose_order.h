// SPDX-License-Identifier: Apache-2.0
// How many frequencies the data bear out. Orders are tried upwards, each fit starting from the one
// before, padded with zeros; scored by k-fold cross-validation with the one-standard-error rule
// (the smallest order that the best one beats by no more than the standard error of their
// difference, taken part by part), by a held-out part, or by AIC or BIC with 2 N parameters (N for
// a reflected interval) and Kish's effective sample size. A base of the line is that of the whole
// sample in every fold. Orders are dense below 16 and grow by an eighth above; more than one
// parameter per two different values is not tried. Sources: Breiman et al. 1984 (one standard
// error), Kish 1965. Test: choose_order_test.cpp.
#pragma once

#include "yonder/density/fit.h"
#include "yonder/density/internal/mapped_sample.h"
#include "yonder/density/internal/optimum.h"
#include "yonder/density/internal/order_choice.h"

#include <vector>

namespace yonder::density::internal {

struct OrderChoice {
  int64_t order = 0;
  Coefficients b;  ///< the fit of that order to the whole sample, a start for the final one
  std::vector<OrderScore> scores;
};

/// low, ..., high as above.
std::vector<int64_t> orders_between(int64_t low, int64_t high);

/// The part 0..folds-1 of each of n samples: a random permutation of equal shares.
std::vector<int64_t> assign_folds(size_t n, int64_t folds, uint64_t seed);

/// options: criterion, folds, seed. settings: as for the final fit.
OrderChoice choose_order(const MappedSample& mapped, const Domain& domain, const OrderRange& range,
                         const FitOptions& options, const OptimumSettings& settings);

}  // namespace yonder::density::internal
