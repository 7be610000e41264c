// SPDX-License-Identifier: Apache-2.0
// What the lattice of all segmentations of a text holds: log Z, entropy, expectations, marginals.
//
// A random segmentation w of S has probability P(w) = exp(alpha s(w)) / Z, s(w) = sum of log p.
// With share r(s, e) = Z[s] q(s, e) / Z[e] (internal/forward_sums.h), one pass forward gives
//
//   log Z   = log Z[n]
//   H[e]    = sum r (H[s] - log r)            entropy, nats
//   T[e]    = sum r (T[s] + 1)                E[number of tokens]
//   E[e]    = sum r (E[s] + log p(s, e))      E[s(w)]
//   N[e]    = sum N[s]                        number of segmentations
//
// (first-order recursions: Li and Eisner 2009, "First- and second-order expectation semirings").
// H could be had as log Z - alpha E[s(w)], a difference of numbers that grow with the text; the
// recursion adds what is >= 0 only. The sums H, T, E are kept relative to a base that moves with
// the window, so that their last bits do not depend on how much text went before. Memory is that of
// a window of the longest piece.
//
// Marginals need a second pass. Usually that carries Y[s] = sum q Y[e] and its own scaling; here it
// carries B[e] = Z[e] Y[e] / Z[n], the probability that e is a boundary, which needs none:
//
//   B[n] = 1,  marginal(s, e) = B[e] r(s, e),  B[s] = sum of marginal(s, e) over e.
//
// Source: kexue.fm 9811 and docs/math/tokenizer.md. Reference: lattice_reference.h; test:
// forward_backward_test.cpp.
#pragma once

#include "yonder/tokenizer/tokenizer.h"
#include "yonder/tokenizer/unigram/model.h"

#include <span>
#include <string_view>

namespace yonder::tokenizer {

/// Statistics at temperature exponent alpha >= 0 (0: uniform over segmentations).
/// marginals: also the posterior of every edge, by (start, end), starts that no path reaches left
/// out. Throws Error(bad_option) for an alpha that is negative or not finite, Error(bad_data) with
/// the byte offset where no sequence of pieces spells the text.
/// Error of log_z: below 1e-12 * max(|log_z|, bytes). Cost: one pass, d edges per byte, memory of
/// the longest piece; marginals: two passes, 24 bytes per byte and 32 per edge.
LatticeStats lattice_stats(const UnigramModel& model, std::string_view text, double alpha,
                           bool marginals = false);

/// s(w) = sum of log p of the ids, nats. Throws Error(bad_data) unless they spell `text`, each
/// within one chunk.
double segmentation_score(const UnigramModel& model, std::string_view text,
                          std::span<const uint32_t> ids);

/// log P(w) = alpha s(w) - log Z, as the sum of log r along w: right also where log Z is large.
/// Errors as of the two above. Cost: one pass.
double segmentation_log_probability(const UnigramModel& model, std::string_view text,
                                    std::span<const uint32_t> ids, double alpha);

}  // namespace yonder::tokenizer
