// SPDX-License-Identifier: Apache-2.0
// The methods of Tokenizer that look at the whole lattice of a text; the work is in unigram/.
#include "yonder/base/error.h"
#include "yonder/tokenizer/tokenizer.h"
#include "yonder/tokenizer/unigram/count_segmentations.h"
#include "yonder/tokenizer/unigram/forward_backward.h"
#include "yonder/tokenizer/unigram/healing.h"
#include "yonder/tokenizer/unigram/keyed_random.h"
#include "yonder/tokenizer/unigram/model.h"
#include "yonder/tokenizer/unigram/nbest.h"
#include "yonder/tokenizer/unigram/without_replacement.h"

namespace yonder::tokenizer {

std::vector<Scored> Tokenizer::nbest(std::string_view text, size_t k) const {
  return tokenizer::nbest(*model_, text, k);
}

std::vector<ScoredDraw> Tokenizer::sample_without_replacement(std::string_view text, size_t k,
                                                              const EncodeOptions& options) const {
  options.validate();
  return tokenizer::sample_without_replacement(
      *model_, text, k, options.uniform ? 0.0 : options.alpha,
      epoch_seed(options.seed, options.epoch), options.document);
}

LatticeStats Tokenizer::lattice(std::string_view text, double alpha, bool marginals) const {
  return lattice_stats(*model_, text, alpha, marginals);
}

std::string Tokenizer::count_segmentations(std::string_view text) const {
  return tokenizer::count_segmentations(*model_, text);
}

double Tokenizer::score(std::string_view text, std::span<const uint32_t> ids) const {
  return segmentation_score(*model_, text, ids);
}

double Tokenizer::log_probability(std::string_view text, std::span<const uint32_t> ids,
                                  double alpha) const {
  return segmentation_log_probability(*model_, text, ids, alpha);
}

std::vector<HealCandidate> Tokenizer::heal(std::string_view prompt, int max_back) const {
  std::vector<uint32_t> ids;
  encode(prompt, ids);
  return tokenizer::heal(*model_, prompt, ids, max_back);
}

}  // namespace yonder::tokenizer
