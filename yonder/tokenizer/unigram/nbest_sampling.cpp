// SPDX-License-Identifier: Apache-2.0
#include "yonder/tokenizer/unigram/nbest_sampling.h"

#include "yonder/base/error.h"
#include "yonder/base/random.h"
#include "yonder/tokenizer/unigram/internal/lattice_edges.h"
#include "yonder/tokenizer/unigram/keyed_random.h"
#include "yonder/tokenizer/unigram/nbest.h"

#include <cmath>
#include <string>
#include <utility>

namespace yonder::tokenizer {
namespace {

class NbestSampler final : public Segmenter {
 public:
  NbestSampler(std::shared_ptr<const UnigramModel> model, size_t k, double alpha, uint64_t seed)
      : model_(std::move(model)), k_(k), alpha_(alpha), seed_(seed) {}

  void start(uint64_t document, uint64_t position) override {
    rng_ = Rng(document_key(seed_, document), position);
    position_ = position;
    chunk_.clear();
  }
  void extend(std::string_view bytes) override { chunk_.append(bytes); }
  void commit(std::vector<uint32_t>& /*out*/) override {}
  bool force_commit(size_t /*max_lag*/, std::vector<uint32_t>& /*out*/) override { return false; }
  size_t pending() const override { return chunk_.size(); }

  void finish(std::vector<uint32_t>& out) override {
    if (chunk_.empty()) {
      return;
    }
    const std::vector<Scored> best = best_of_chunk();
    double sum = 0;
    for (const Scored& segmentation : best) {
      sum += std::exp(alpha_ * (segmentation.score - best.front().score));
    }
    double rest = rng_.uniform() * sum;
    size_t drawn = 0;
    for (; drawn + 1 < best.size(); ++drawn) {
      rest -= std::exp(alpha_ * (best[drawn].score - best.front().score));
      if (rest < 0) {
        break;
      }
    }
    out.insert(out.end(), best[drawn].ids.begin(), best[drawn].ids.end());
    chunk_.clear();
  }

 private:
  // Offsets in messages count from the document's start.
  std::vector<Scored> best_of_chunk() const {
    try {
      return nbest(*model_, chunk_, k_);
    } catch (const Error& error) {
      if (error.kind != ErrorKind::bad_data) {
        throw;
      }
      internal::fail_uncovered(*model_, chunk_, position_);
    }
  }

  std::shared_ptr<const UnigramModel> model_;
  size_t k_;
  double alpha_;
  uint64_t seed_;
  Rng rng_{0};
  uint64_t position_ = 0;  // of the chunk in the document
  std::string chunk_;
};

}  // namespace

std::unique_ptr<Segmenter> make_nbest_sampler(std::shared_ptr<const UnigramModel> model, size_t k,
                                              double alpha, uint64_t seed) {
  return std::make_unique<NbestSampler>(std::move(model), k, alpha, seed);
}

}  // namespace yonder::tokenizer
