// SPDX-License-Identifier: Apache-2.0
#include "yonder/tokenizer/unigram/viterbi.h"

#include "yonder/base/error.h"
#include "yonder/tokenizer/unigram/internal/lattice_scan.h"

#include <algorithm>
#include <bit>
#include <cstddef>
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
    // Longest first and a strict test: the longest of equals stays.
    size_t k = endings.length;
    uint64_t best = loss(at[-static_cast<std::ptrdiff_t>(k)] + endings.weight(k));
    uint32_t best_place = endings.place(k);
    while (--k >= 1) {
      const uint64_t candidate = loss(at[-static_cast<std::ptrdiff_t>(k)] + endings.weight(k));
      best_place = candidate < best ? endings.place(k) : best_place;
      best = candidate < best ? candidate : best;
    }
    id = endings.nodes[best_place].id;
    return score(best);
  }

  // Sums of what cannot be reached would overflow in the end.
  void keep_in_range(Value* newest, size_t /*window*/) {
    if constexpr (std::is_same_v<Score, int64_t>) {
      *newest = std::max(*newest, kFixedNever);
    }
  }

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
  // A score, never above 0, as an unsigned number that falls as the score rises: the negated steps,
  // or the bits of a double, whose magnitude they order. gcc 12 compares doubles with jumps.
  static uint64_t loss(Score score) {
    if constexpr (std::is_same_v<Score, double>) {
      return std::bit_cast<uint64_t>(score);
    } else {
      return static_cast<uint64_t>(-score);
    }
  }
  static Score score(uint64_t loss) {
    if constexpr (std::is_same_v<Score, double>) {
      return std::bit_cast<double>(loss);
    } else {
      return -static_cast<int64_t>(loss);
    }
  }

  const WeightedTrie<Score>* trie_;
};

// The arithmetic of SentencePiece up to 0.2.1 (unigram_model.cc, EncodeOptimized): scores of paths
// are floats, but a candidate is compared as a double, before it is rounded.
class RoundedMaximum {
 public:
  using Value = float;
  using Weight = double;

  explicit RoundedMaximum(const WeightedTrie<double>& trie) : trie_(&trie) {}
  Value start() const { return 0; }
  Value unreached() const { return -std::numeric_limits<float>::infinity(); }
  const WeightedTrie<double>& trie() const { return *trie_; }
  void begin(uint64_t /*document*/, uint64_t /*position*/) {}
  void keep_in_range(Value* /*newest*/, size_t /*window*/) {}
  void rebase(Value* /*newest*/, size_t /*window*/) {}

  Value reduce(const Value* at, const internal::LaneEndings<double>& endings, uint64_t /*end*/,
               uint32_t& id) {
    Value best = unreached();
    size_t best_length = 0;
    for (size_t k = endings.length; k >= 1; --k) {
      const double candidate = double{at[-static_cast<std::ptrdiff_t>(k)]} + endings.weight(k);
      if (candidate > double{best}) {
        best = static_cast<float>(candidate);
        best_length = k;
      }
    }
    id = best_length == 0 ? 0 : endings.id(best_length);
    return best;
  }

 private:
  const WeightedTrie<double>* trie_;
};

// Nats that the scores of one window may be apart, so that they stay above kFixedNever / 2.
constexpr double kFixedRange = -static_cast<double>(kFixedNever) / 2 / kFixedPointSteps;

}  // namespace

std::unique_ptr<Segmenter> make_viterbi(std::shared_ptr<const UnigramModel> model) {
  if (model->fixed_point()) {
    const double positions =
        static_cast<double>(internal::kSegment + model->vocabulary().max_piece_length());
    require(-model->lowest_log_probability() * positions < kFixedRange, ErrorKind::bad_data,
            "the vocabulary has a log-probability of {}, too low for --scores fixed; pass --scores "
            "double",
            model->lowest_log_probability());
    Maximum<int64_t> maximum(model->fixed_weights());
    return std::make_unique<internal::LatticeScan<Maximum<int64_t>>>(std::move(model), maximum);
  }
  if (model->arithmetic() == Arithmetic::single_precision) {
    RoundedMaximum maximum(model->log_weights());
    return std::make_unique<internal::LatticeScan<RoundedMaximum>>(std::move(model), maximum);
  }
  Maximum<double> maximum(model->log_weights());
  return std::make_unique<internal::LatticeScan<Maximum<double>>>(std::move(model), maximum);
}

}  // namespace yonder::tokenizer
