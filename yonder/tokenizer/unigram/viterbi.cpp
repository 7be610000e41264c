// SPDX-License-Identifier: Apache-2.0
#include "yonder/tokenizer/unigram/viterbi.h"

#include "yonder/tokenizer/unigram/internal/lattice_scan.h"

#include <limits>
#include <type_traits>
#include <utility>

namespace yonder::tokenizer {
namespace {

template <typename Score>
class Maximum {
 public:
  using Value = Score;
  using Weight = Score;

  explicit Maximum(const WeightedTrie<Score>& trie) : trie_(&trie) {}
  Value start() const { return 0; }
  Value unreached() const { return trie_->never; }
  const WeightedTrie<Score>& trie() const { return *trie_; }
  void begin(uint64_t /*document*/, uint64_t /*position*/) {}

  Value reduce(const Value* at, const internal::LaneEndings<Score>& endings, uint64_t /*end*/,
               uint32_t& id) {
    Value best = kWorst;
    uint32_t best_id = 0;
    // Longest first and a strict test: the longest of equals stays.
    for (size_t k = endings.length; k >= 1; --k) {
      const Value candidate = at[-static_cast<std::ptrdiff_t>(k)] + endings.weight(k);
      const uint32_t better = 0U - static_cast<uint32_t>(candidate > best);
      best = best < candidate ? candidate : best;
      best_id = (best_id & ~better) | (endings.id(k) & better);
    }
    id = best_id;
    return best;
  }

  void keep_in_range(Value* /*newest*/, size_t /*window*/) {}

  // Fixed-point scores stay exact when the same amount is taken from all of the window; doubles
  // would not, and need it not.
  void rebase(Value* newest, size_t window) {
    if constexpr (std::is_same_v<Score, int64_t>) {
      const Value top = *std::max_element(newest + 1 - window, newest + 1);
      for (Value* value = newest; value > newest - window; --value) {
        *value = *value <= kFixedNever / 2 ? kFixedNever : *value - top;
      }
    }
  }

 private:
  static constexpr Value kWorst = std::is_same_v<Score, double>
                                      ? static_cast<Value>(-std::numeric_limits<double>::infinity())
                                      : std::numeric_limits<Value>::lowest();
  const WeightedTrie<Score>* trie_;
};

}  // namespace

std::unique_ptr<Segmenter> make_viterbi(std::shared_ptr<const UnigramModel> model) {
  if (model->fixed_point()) {
    Maximum<int64_t> maximum(model->fixed_weights());
    return std::make_unique<internal::LatticeScan<Maximum<int64_t>>>(std::move(model), maximum);
  }
  Maximum<double> maximum(model->log_weights());
  return std::make_unique<internal::LatticeScan<Maximum<double>>>(std::move(model), maximum);
}

}  // namespace yonder::tokenizer
