// SPDX-License-Identifier: Apache-2.0
#include "yonder/tokenizer/unigram/exact_sampling.h"

#include "yonder/base/error.h"
#include "yonder/tokenizer/unigram/internal/lattice_scan.h"
#include "yonder/tokenizer/unigram/keyed_random.h"

#include <algorithm>
#include <bit>
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
  // sum_from_[k] >= (1 - u) * sum. Counted without branches; sums are >= 0, so their bits compare
  // as they do, at a fraction of the cost.
  uint32_t pick(const LaneEndings<double>& endings, uint64_t end) const {
    const double rest = (1.0 - keyed_uniform(key_, end)) * sum_from_[1];
    const auto rest_bits = std::bit_cast<uint64_t>(rest);
    size_t below = 0;
    for (size_t k = 1; k <= endings.length; ++k) {
      below += std::bit_cast<uint64_t>(sum_from_[k]) < rest_bits ? 1U : 0U;
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
    if (*newest < 0x1p-256 || *newest > 0x1p+600) {
      rescale(newest, window);
    }
  }

 private:
  // The largest value of the window becomes 2^400: the smallest may lie kLinearBits below it.
  static void rescale(Value* newest, size_t window) {
    const double top = *std::max_element(newest + 1 - window, newest + 1);
    if (top == 0) {
      return;
    }
    const int shift = 400 - std::ilogb(top);
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

  // A common term leaves all draws as they are, and small logarithms keep their digits.
  void keep_in_range(Value* newest, size_t window) {
    const Value top = *newest;
    if (std::abs(top) > kLargeLog && top != unreached()) {
      for (Value* value = newest; value > newest - window; --value) {
        *value -= top;
      }
    }
  }

 private:
  static constexpr double kLargeLog = 256;
};

// Every byte of the text being a piece, the values of a window are at most window * |log2 q| bits
// apart. Below 2^400 this many fit above 2^-1022 with the 53 bits of the draw and one factor q
// more.
constexpr double kLinearBits = 1300;

}  // namespace

std::unique_ptr<Segmenter> make_exact_sampler(std::shared_ptr<const UnigramModel> model,
                                              double alpha, uint64_t seed, SumDomain domain) {
  const size_t window = std::max<size_t>(model->vocabulary().max_piece_length(), 2);
  const double bits = alpha * -model->lowest_log_probability() / std::log(2.0);
  require(
      std::isfinite(bits * static_cast<double>(window)), ErrorKind::bad_option,
      "alpha {} is too large for this vocabulary; leave out --sample for deterministic encoding",
      alpha);
  if (domain == SumDomain::automatic) {
    const bool fits =
        model->closed_under_bytes() && bits * static_cast<double>(window) <= kLinearBits;
    domain = fits ? SumDomain::linear : SumDomain::logarithmic;
  }
  if (domain == SumDomain::linear) {
    SumOfProducts sums(model->tempered_weights(alpha), seed);
    return std::make_unique<internal::LatticeScan<SumOfProducts>>(std::move(model),
                                                                  std::move(sums));
  }
  LogSumOfProducts sums(model->tempered_log_weights(alpha), seed);
  return std::make_unique<internal::LatticeScan<LogSumOfProducts>>(std::move(model),
                                                                   std::move(sums));
}

}  // namespace yonder::tokenizer
