// SPDX-License-Identifier: Apache-2.0
#include "yonder/tokenizer/unigram/exact_sampling.h"

#include "yonder/tokenizer/unigram/internal/lattice_scan.h"
#include "yonder/tokenizer/unigram/keyed_random.h"

#include <cmath>
#include <limits>
#include <utility>

namespace yonder::tokenizer {
namespace {

using internal::LaneEndings;

// Shared by both domains: the trie, the draw, and the sums from the longest piece down.
class Draw {
 public:
  using Value = double;
  using Weight = double;

  Draw(std::shared_ptr<const WeightedTrie<double>> trie, uint64_t seed)
      : trie_(std::move(trie)), seed_(seed), sum_from_(trie_->max_length + 3) {}
  const WeightedTrie<double>& trie() const { return *trie_; }
  void begin(uint64_t document, uint64_t /*position*/) { key_ = document_key(seed_, document); }
  void rebase(Value* /*newest*/, size_t /*window*/) {}

 protected:
  // Draws the length k with probability term(k) / sum, given sum_from_[k] = term(length) + ... +
  // term(k). With t = u * sum, the first k with t < term(1) + ... + term(k) is the largest k with
  // sum_from_[k] >= (1 - u) * sum. Counted without branches.
  uint32_t pick(const LaneEndings<double>& endings, uint64_t end) const {
    const double rest = (1.0 - keyed_uniform(key_, end)) * sum_from_[1];
    size_t below = 0;
    for (size_t k = 1; k <= endings.length; ++k) {
      below += static_cast<size_t>(sum_from_[k] < rest);
    }
    return endings.id(endings.length - below);
  }

  std::shared_ptr<const WeightedTrie<double>> trie_;
  uint64_t seed_;
  uint64_t key_ = 0;
  std::vector<double> sum_from_;  // [length]
};

class SumOfProducts : public Draw {
 public:
  using Draw::Draw;
  Value start() const { return 1; }
  Value unreached() const { return 0; }

  Value reduce(const Value* at, const LaneEndings<double>& endings, uint64_t end, uint32_t& id) {
    double sum = 0;
    for (size_t k = endings.length; k >= 1; --k) {
      sum += at[-static_cast<std::ptrdiff_t>(k)] * endings.weight(k);
      sum_from_[k] = sum;
    }
    id = pick(endings, end);
    return sum;
  }

  void keep_in_range(Value* newest, size_t window) {
    if (*newest < 0x1p-256 || *newest > 0x1p+256) {
      rescale(newest, window);
    }
  }

 private:
  // Sums grow by at most log2(window) bits per position but may fall by many, so a falling window
  // is lifted until its largest value is 2^400, and a growing one put back to 1.
  static void rescale(Value* newest, size_t window) {
    const double top = *std::max_element(newest + 1 - window, newest + 1);
    if (top == 0) {
      return;
    }
    const int wanted = *newest > 0x1p+256 ? 0 : 400;
    const int shift = wanted - std::ilogb(top);
    if (shift == 0) {
      return;
    }
    const double factor = std::ldexp(1.0, shift);
    for (Value* value = newest; value > newest - window; --value) {
      *value *= factor;
    }
  }
};

// Values are log Z; weights alpha * log p.
class LogSumOfProducts : public Draw {
 public:
  using Draw::Draw;
  Value start() const { return 0; }
  Value unreached() const { return -std::numeric_limits<double>::infinity(); }

  Value reduce(const Value* at, const LaneEndings<double>& endings, uint64_t end, uint32_t& id) {
    double top = unreached();
    for (size_t k = endings.length; k >= 1; --k) {
      top = std::max(top, at[-static_cast<std::ptrdiff_t>(k)] + endings.weight(k));
    }
    if (top == unreached()) {
      id = 0;
      return top;
    }
    double sum = 0;
    for (size_t k = endings.length; k >= 1; --k) {
      sum += std::exp(at[-static_cast<std::ptrdiff_t>(k)] + endings.weight(k) - top);
      sum_from_[k] = sum;
    }
    id = pick(endings, end);
    return top + std::log(sum);
  }

  void keep_in_range(Value* /*newest*/, size_t /*window*/) {}
};

// Within a window, sums may fall by max_bits per position from 2^400; 2^-1022 and the 53 bits of
// the draw must not be reached.
constexpr double kLinearBits = 1300;

}  // namespace

std::unique_ptr<Segmenter> make_exact_sampler(std::shared_ptr<const UnigramModel> model,
                                              double alpha, uint64_t seed) {
  if (model->max_bits(alpha) * model->vocabulary().max_piece_length() <= kLinearBits) {
    SumOfProducts sums(model->tempered_weights(alpha), seed);
    return std::make_unique<internal::LatticeScan<SumOfProducts>>(std::move(model),
                                                                  std::move(sums));
  }
  LogSumOfProducts sums(model->tempered_log_weights(alpha), seed);
  return std::make_unique<internal::LatticeScan<LogSumOfProducts>>(std::move(model),
                                                                   std::move(sums));
}

}  // namespace yonder::tokenizer
