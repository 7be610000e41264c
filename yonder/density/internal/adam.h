// SPDX-License-Identifier: Apache-2.0
// Fits by mini-batches: Adam with a learning rate that falls to zero along half a cosine. For
// comparison with networks, which are trained so; on a sample that fits into memory find_optimum()
// is faster and exact. The certificate at the end tells how far it came.
// Source: Kingma and Ba 2015. Test: adam_test.cpp.
#pragma once

#include "yonder/density/internal/optimum.h"

#include <cstdint>

namespace yonder::density::internal {

struct AdamSettings {
  int64_t batch = 4096;
  double learning_rate = 0.01;
  uint64_t seed = 0;
};

/// settings.max_steps counts epochs; each goes once through the sample in a random order. A sample
/// no greater than a batch makes one step per epoch.
Optimum adam(const Sample& sample, const Coefficients& start, const OptimumSettings& settings,
             const AdamSettings& adam_settings);

}  // namespace yonder::density::internal
