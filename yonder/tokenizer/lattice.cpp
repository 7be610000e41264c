// SPDX-License-Identifier: Apache-2.0
// The methods of Tokenizer that look at the whole lattice of a text; the work is in unigram/. The
// text of an imported model becomes a lattice of the same kind (imported/lattice_text.h).
#include "yonder/base/error.h"
#include "yonder/tokenizer/imported/lattice_text.h"
#include "yonder/tokenizer/loaded_model.h"
#include "yonder/tokenizer/tokenizer.h"
#include "yonder/tokenizer/unigram/count_segmentations.h"
#include "yonder/tokenizer/unigram/forward_backward.h"
#include "yonder/tokenizer/unigram/healing.h"
#include "yonder/tokenizer/unigram/keyed_random.h"
#include "yonder/tokenizer/unigram/nbest.h"
#include "yonder/tokenizer/unigram/without_replacement.h"

namespace yonder::tokenizer {

std::vector<Scored> Tokenizer::nbest(std::string_view text, size_t k) const {
  if (model_->native != nullptr) {
    return tokenizer::nbest(*model_->native, text, k);
  }
  const LatticeText lattice(*model_->imported, text);
  std::vector<Scored> best =
      tokenizer::nbest(*model_->imported->unigram->engine(), lattice.bytes(), k);
  for (Scored& scored : best) {
    scored.ids = lattice.ids(scored.ids);
  }
  return best;
}

std::vector<ScoredDraw> Tokenizer::sample_without_replacement(std::string_view text, size_t k,
                                                              const EncodeOptions& options) const {
  options.validate();
  const double alpha = options.uniform ? 0.0 : options.alpha;
  const uint64_t seed = epoch_seed(options.seed, options.epoch);
  if (model_->native != nullptr) {
    return tokenizer::sample_without_replacement(*model_->native, text, k, alpha, seed,
                                                 options.document);
  }
  const LatticeText lattice(*model_->imported, text);
  std::vector<ScoredDraw> draws = tokenizer::sample_without_replacement(
      *model_->imported->unigram->engine(), lattice.bytes(), k, alpha, seed, options.document);
  for (ScoredDraw& draw : draws) {
    draw.ids = lattice.ids(draw.ids);
  }
  return draws;
}

LatticeStats Tokenizer::lattice(std::string_view text, double alpha, bool marginals) const {
  if (model_->native != nullptr) {
    return lattice_stats(*model_->native, text, alpha, marginals);
  }
  const LatticeText lattice(*model_->imported, text);
  LatticeStats stats =
      lattice_stats(*model_->imported->unigram->engine(), lattice.bytes(), alpha, marginals);
  stats.expected_tokens -= static_cast<double>(lattice.cuts() - lattice.tokens());
  stats.marginals = lattice.marginals(stats.marginals);
  return stats;
}

std::string Tokenizer::count_segmentations(std::string_view text) const {
  if (model_->native != nullptr) {
    return tokenizer::count_segmentations(*model_->native, text);
  }
  const LatticeText lattice(*model_->imported, text);
  return tokenizer::count_segmentations(*model_->imported->unigram->engine(), lattice.bytes());
}

double Tokenizer::score(std::string_view text, std::span<const uint32_t> ids) const {
  if (model_->native != nullptr) {
    return segmentation_score(*model_->native, text, ids);
  }
  const LatticeText lattice(*model_->imported, text);
  return segmentation_score(*model_->imported->unigram->engine(), lattice.bytes(),
                            lattice.path(ids));
}

double Tokenizer::log_probability(std::string_view text, std::span<const uint32_t> ids,
                                  double alpha) const {
  if (model_->native != nullptr) {
    return segmentation_log_probability(*model_->native, text, ids, alpha);
  }
  const LatticeText lattice(*model_->imported, text);
  return segmentation_log_probability(*model_->imported->unigram->engine(), lattice.bytes(),
                                      lattice.path(ids), alpha);
}

std::vector<HealCandidate> Tokenizer::heal(std::string_view prompt, int max_back) const {
  require(model_->native != nullptr, ErrorKind::bad_option,
          "token healing works with BytePiece vocabularies; the model is in the format {}",
          format());
  std::vector<uint32_t> ids;
  encode(prompt, ids);
  return tokenizer::heal(*model_->native, prompt, ids, max_back);
}

}  // namespace yonder::tokenizer
