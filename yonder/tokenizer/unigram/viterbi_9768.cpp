// SPDX-License-Identifier: Apache-2.0
#include "yonder/tokenizer/unigram/viterbi_9768.h"

#include "yonder/base/random.h"
#include "yonder/tokenizer/unigram/internal/lattice_scan.h"

#include <cmath>
#include <utility>

namespace yonder::tokenizer {
namespace {

class Acceptance {
 public:
  using Value = double;
  using Weight = double;

  Acceptance(const WeightedTrie<double>& trie, double alpha, uint64_t seed)
      : trie_(&trie), alpha_(alpha), seed_(seed) {}
  Value start() const { return 0; }
  Value unreached() const { return trie_->never; }
  const WeightedTrie<double>& trie() const { return *trie_; }
  void begin(uint64_t document, uint64_t /*position*/) { document_ = document; }

  Value reduce(const Value* at, const internal::LaneEndings<double>& endings, uint64_t end,
               uint32_t& id) {
    Value holder = unreached();
    uint32_t holder_id = 0;
    for (size_t k = endings.length; k >= 1; --k) {
      const Value candidate = at[-static_cast<std::ptrdiff_t>(k)] + endings.weight(k);
      if (candidate == unreached()) {
        continue;
      }
      if (holder_id == 0 ||
          uniform(end, k) < 1.0 / (1.0 + std::exp(alpha_ * (holder - candidate)))) {
        holder = candidate;
        holder_id = endings.id(k);
      }
    }
    id = holder_id;
    return holder;
  }

  void keep_in_range(Value* /*newest*/, size_t /*window*/) {}
  void rebase(Value* /*newest*/, size_t /*window*/) {}

 private:
  double uniform(uint64_t end, size_t length) const {
    const auto block =
        philox4x32({static_cast<uint32_t>(end), static_cast<uint32_t>(end >> 32),
                    static_cast<uint32_t>(length), static_cast<uint32_t>(document_)},
                   {static_cast<uint32_t>(seed_),
                    static_cast<uint32_t>(seed_ >> 32) ^ static_cast<uint32_t>(document_ >> 32)});
    return static_cast<double>((uint64_t{block[0]} << 32 | block[1]) >> 11) * 0x1p-53;
  }

  const WeightedTrie<double>* trie_;
  double alpha_;
  uint64_t seed_;
  uint64_t document_ = 0;
};

}  // namespace

std::unique_ptr<Segmenter> make_viterbi_9768(std::shared_ptr<const UnigramModel> model,
                                             double alpha, uint64_t seed) {
  Acceptance acceptance(model->log_weights(), alpha, seed);
  return std::make_unique<internal::LatticeScan<Acceptance>>(std::move(model), acceptance);
}

}  // namespace yonder::tokenizer
