// SPDX-License-Identifier: Apache-2.0
// From a row of logits to a token: penalties, temperature, top-k, top-p, min-p, and one draw.
//
// The steps, in this order (that of Hugging Face transformers and vLLM):
//   1. penalties on tokens of the last `repetition_window`: repetition r (positive logits / r,
//      negative ones * r), presence (- p once), frequency (- f per occurrence)
//   2. logits / temperature; 0 takes the largest, the lower id on a tie
//   3. top-k: the k largest; top-p: of these the fewest whose probability reaches p; min-p: of
//      these such as have at least min_p times the largest probability
//   4. one draw from what is left, renormalised
// A draw depends on (seed, stream, index) alone, so that sequences read together, one after the
// other or resumed in the middle give the same text.
// Source: Keskar et al. 2019, arXiv 1909.05858 (repetition); Holtzman et al. 2020, arXiv 1904.09751
// (top-p); Nguyen et al. 2024, arXiv 2407.01082 (min-p). Test: sampling_test.cpp.
#pragma once

#include "yonder/base/options.h"

#include <cstdint>
#include <span>
#include <vector>

namespace yonder::lm {

struct SamplingOptions {
  double temperature = 0;  ///< 0: greedy
  int64_t top_k = 0;       ///< 0: off
  double top_p = 1;        ///< 1: off
  double min_p = 0;        ///< 0: off
  double repetition_penalty = 1;
  int64_t repetition_window = 64;  ///< tokens looked back at; 0: all
  double presence_penalty = 0;
  double frequency_penalty = 0;
  uint64_t seed = 0;
  void visit(OptionVisitor& v);
  void validate() const;
};

struct Candidate {
  uint32_t id = 0;
  double probability = 0;
};

/// The distribution a token is drawn from (steps 1 to 3), probabilities summing to one. Descending,
/// ties by id, where top-k, top-p or min-p leave some out; else in the order of ids. logits [V];
/// recent: ids that are there already, newest last. Throws Error(numerical) where a logit is NaN or
/// no logit is finite.
std::vector<Candidate> sampling_candidates(std::span<const float> logits,
                                           std::span<const uint32_t> recent,
                                           const SamplingOptions& options);

/// Draw number `index` of stream `stream` from that distribution.
uint32_t sample_token(std::span<const float> logits, std::span<const uint32_t> recent,
                      const SamplingOptions& options, uint64_t stream, uint64_t index);

/// ln of the probability of `id` under the unmodified logits, in double.
double log_probability(std::span<const float> logits, uint32_t id);

}  // namespace yonder::lm
