// SPDX-License-Identifier: Apache-2.0
// The best segmentation (Viterbi 1967): A[0] = 0, A[e] = max over pieces text[s:e] of A[s] + log p.
// On a tie the smallest s, that is the longest last piece, stays: the order in which the reference
// meets its candidates. Reference: viterbi_reference.h; test: viterbi_test.cpp.
#pragma once

#include "yonder/tokenizer/unigram/model.h"
#include "yonder/tokenizer/unigram/segmenter.h"

#include <memory>

namespace yonder::tokenizer {

/// Adds IEEE doubles left to right, or floats or int64 fixed-point scores when the model asks for
/// them; with fixed-point scores throws Error(bad_data) if a log-probability is too low for them
/// (below about -250).
std::unique_ptr<Segmenter> make_viterbi(std::shared_ptr<const UnigramModel> model);

}  // namespace yonder::tokenizer
