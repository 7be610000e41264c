// SPDX-License-Identifier: Apache-2.0
// When the trainer writes a checkpoint, and how large its tables get. Users have --memory; tests
// make these small, so that a short text spills and checkpoints as a long one does.
#pragma once

#include "yonder/base/progress.h"
#include "yonder/tokenizer/bnlm/trainer.h"

#include <cstdint>

namespace yonder::tokenizer {

struct TrainLimits {
  uint64_t segment_bytes = uint64_t{256} << 20;  // of text between two checkpoints
  double segment_seconds = 60;                   // wall time between two checkpoints
  uint64_t table_bytes = 0;                      // per thread; 0 = from --memory
};

/// train() and count_ngrams() with these limits. The results do not depend on them.
TrainReport train(const TrainOptions& options, const TrainLimits& limits, Progress* progress);
void count_ngrams(const CountOptions& options, const TrainLimits& limits, Progress* progress);

}  // namespace yonder::tokenizer
