// SPDX-License-Identifier: Apache-2.0
// What fit() and StreamFitter have in common: the base and the settings that the options ask for,
// and the model and report that an optimum makes. Test: fit_test.cpp.
#pragma once

#include "yonder/density/fit.h"
#include "yonder/density/internal/mapped_sample.h"
#include "yonder/density/internal/optimum.h"

#include <optional>
#include <string>

namespace yonder::density::internal {

/// The base fitted to the values as --base, --location and --scale say; empty off the line.
std::optional<BaseDistribution> base_of(const WeightedValues& values, const Domain& domain,
                                        const FitOptions& options);
/// A warning where equal values have shrunk the fitted base to its least scale.
std::optional<std::string> spike_warning(const WeightedValues& values,
                                         const BaseDistribution& base);
OptimumSettings optimum_settings(const FitOptions& options, int threads, Progress* progress);

/// Fills the report (samples and orders are the caller's), warns, and makes the model.
Model finish_fit(const Domain& domain, const std::optional<BaseDistribution>& base,
                 const Optimum& optimum, double log_slope, const FitOptions& options,
                 FitReport& report, Progress* progress);

}  // namespace yonder::density::internal
