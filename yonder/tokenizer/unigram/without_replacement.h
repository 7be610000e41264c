// SPDX-License-Identifier: Apache-2.0
// k different segmentations drawn without replacement, with their inclusion probabilities.
//
// Gumbel-top-k. Give every segmentation w the key G(w) = log P(w) + Gumbel noise; the k largest
// keys are k draws without replacement, in order. The keys need not be made for all segmentations:
// the largest key among those that share a partial segmentation is Gumbel distributed around the
// log probability phi of that part, so keys are drawn top-down. Here a part is the last tokens of
// the text; from position e it splits by the last edge (s, e) with log share, phi' = phi + log r(s,
// e), and the keys of the children are drawn given that their largest is the parent's:
//
//   G_i ~ Gumbel(phi_i),  M = max G_i,  v = T - G_i + log(1 - exp(G_i - M)),
//   G'_i = T - max(0, v) - log(1 + exp(-|v|)),        T = key of the parent
//
// Opening the part with the largest key first gives whole segmentations in the order of their keys,
// with no fixed beam. The (k+1)-th key is the threshold kappa; given kappa, w is among the k drawn
// with probability 1 - exp(-exp(log P(w) - kappa)), which makes sum f(w) P(w) / inclusion(w) an
// unbiased estimate of E[f].
//
// Source: Kool, van Hoof, Welling 2019, "Stochastic beams and where to find them", section 4 and
// appendix B.3; 2020, "Ancestral Gumbel-top-k sampling". Test: without_replacement_test.cpp,
// without_replacement_slow_test.cpp.
#pragma once

#include "yonder/tokenizer/tokenizer.h"
#include "yonder/tokenizer/unigram/model.h"

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace yonder::tokenizer {

/// k different segmentations in the order drawn; fewer if the text has fewer (then each inclusion
/// is 1). The draws come from Rng(seed, document); those of k are the first of those of k + 1,
/// except for their inclusion, which belongs to k. Throws Error(bad_option) for k = 0 or an alpha
/// that is negative or not finite, Error(bad_data) with the byte offset where no sequence of pieces
/// spells the text. Cost: one pass over the text, then O(k L (d + log k)); memory 16 bytes per byte
/// of text and 16 per part opened, at most k L.
std::vector<ScoredDraw> sample_without_replacement(const UnigramModel& model, std::string_view text,
                                                   size_t k, double alpha, uint64_t seed,
                                                   uint64_t document);

}  // namespace yonder::tokenizer
