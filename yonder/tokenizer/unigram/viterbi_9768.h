// SPDX-License-Identifier: Apache-2.0
// Viterbi Sampling as kexue.fm 9768 first proposed it, kept for replaying old experiments only.
//
// Use exact_sampling.h instead: this method is biased. Walking the candidates at e from the longest
// last piece to the shortest, it replaces the present holder y by x with probability
// sigma(alpha * (score(x) - score(y))), where score is that of the route sampled so far. The result
// is not proportional to p(w)^alpha, not even a function of the score: of m equally good candidates
// the last, shortest, stays with probability 1/2, the one before with 1/4, and so on. It therefore
// cuts too finely and prefers short last pieces. docs/math/tokenizer.md T2 has the figures;
// test: viterbi_9768_test.cpp pins them.
#pragma once

#include "yonder/tokenizer/unigram/model.h"
#include "yonder/tokenizer/unigram/segmenter.h"

#include <cstdint>
#include <memory>

namespace yonder::tokenizer {

/// alpha >= 0 and finite. Acceptances are Philox draws keyed by (seed, document, end, length).
std::unique_ptr<Segmenter> make_viterbi_9768(std::shared_ptr<const UnigramModel> model,
                                             double alpha, uint64_t seed);

}  // namespace yonder::tokenizer
