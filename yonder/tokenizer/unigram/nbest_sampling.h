// SPDX-License-Identifier: Apache-2.0
// Subword regularisation as published: of the k best segmentations of a chunk, one is drawn with
// probability proportional to exp(alpha * score). Drops all mass beyond the k best;
// exact_sampling.h is exact and faster. Source: Kudo 2018, "Subword Regularization", section 3.2.
// Test: nbest_sampling_test.cpp.
#pragma once

#include "yonder/tokenizer/unigram/model.h"
#include "yonder/tokenizer/unigram/segmenter.h"

#include <cstdint>
#include <memory>

namespace yonder::tokenizer {

/// 1 <= k <= 10,000. A chunk is held until it ends. One Philox stream per document and chunk.
std::unique_ptr<Segmenter> make_nbest_sampler(std::shared_ptr<const UnigramModel> model, size_t k,
                                              double alpha, uint64_t seed);

}  // namespace yonder::tokenizer
