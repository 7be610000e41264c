// SPDX-License-Identifier: Apache-2.0
// Exact sampling: a segmentation w drawn with probability exp(alpha * score(w)) / Z.
//
// Forward filtering: Z[0] = 1, Z[e] = sum over pieces text[s:e] of Z[s] q, q = p^alpha. The last
// piece at e is drawn with probability Z[s] q / Z[e]; tracing back multiplies these to
// prod q / Z[n]. kexue.fm 9811 keeps a reservoir of one while the candidates arrive; drawing once
// from the finished sum gives the same law with one random number per position.
//
// Z is kept as a double; when the newest leaves [2^-256, 2^600] the window is multiplied by a power
// of two, which is exact. Where the values of one window could leave the range of a double anyway,
// the same recursion runs on logarithms. Source: kexue.fm 9811; docs/math/tokenizer.md.
// Reference: exact_sampling_reference.h; test: exact_sampling_test.cpp, and statistics in
// exact_sampling_slow_test.cpp.
#pragma once

#include "yonder/tokenizer/unigram/model.h"
#include "yonder/tokenizer/unigram/segmenter.h"

#include <cstdint>
#include <memory>

namespace yonder::tokenizer {

/// What the sums are kept as. The logarithmic domain takes any vocabulary and alpha, but an exp per
/// edge; automatic chooses it where the range of the linear one does not suffice.
enum class SumDomain { automatic, linear, logarithmic };

/// alpha >= 0 and finite; 0 draws uniformly over all segmentations. Throws Error(bad_option) where
/// alpha * log p is not finite.
std::unique_ptr<Segmenter> make_exact_sampler(std::shared_ptr<const UnigramModel> model,
                                              double alpha, uint64_t seed,
                                              SumDomain domain = SumDomain::automatic);

}  // namespace yonder::tokenizer
