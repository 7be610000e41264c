// SPDX-License-Identifier: Apache-2.0
// Exact sampling by plain loops: every Z of the chunk kept, each with an exponent of its own, and
// draws at the positions of the path only. For tests.
#pragma once

#include "yonder/tokenizer/unigram/model.h"

#include <cstdint>
#include <string_view>
#include <vector>

namespace yonder::tokenizer {

/// Ids drawn for one chunk at byte `position` of a document: backwards from the end, at each end e
/// the first length k, ascending, with u(seed, document, e) Z[e] < sum over lengths 1..k of Z[s] q.
/// Sums are long doubles scaled at every position, so nothing overflows; alpha |log p| < 11,000.
std::vector<uint32_t> exact_sample_reference(const UnigramModel& model, std::string_view chunk,
                                             double alpha, uint64_t seed, uint64_t document,
                                             uint64_t position);

}  // namespace yonder::tokenizer
