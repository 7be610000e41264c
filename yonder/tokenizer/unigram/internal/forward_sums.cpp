// SPDX-License-Identifier: Apache-2.0
#include "yonder/tokenizer/unigram/internal/forward_sums.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <numbers>

namespace yonder::tokenizer::internal {
namespace {

// What ln 2 has beyond its double.
constexpr double kLn2Rest = 0x1.abc9e3b39803fp-56;

}  // namespace

Scaled make_scaled(double x, int64_t exponent) {
  int shift = 0;
  const double fraction = std::frexp(x, &shift);
  return {fraction, fraction == 0 ? 0 : exponent + shift};
}

double log_of(const Scaled& x) {
  if (x.exponent >= -1000 && x.exponent <= 1000) {
    return std::log(std::ldexp(x.fraction, static_cast<int>(x.exponent)));
  }
  return std::log(x.fraction) + static_cast<double>(x.exponent) * std::numbers::ln2;
}

double shifted(double x, int64_t shift) {
  constexpr int64_t kBias = 1023;
  return shift <= -kBias ? 0.0
                         : x * std::bit_cast<double>(static_cast<uint64_t>(shift + kBias) << 52);
}

TemperedPieces::TemperedPieces(const UnigramModel& model, double alpha, size_t bytes)
    : vocabulary_(model.vocabulary()),
      alpha_(alpha),
      max_exponent_(0x1p62 / static_cast<double>(bytes + 1)),
      q_(model.vocabulary().size()) {
  require(
      std::isfinite(alpha) && alpha >= 0, ErrorKind::bad_option,
      "alpha must be a finite number >= 0, found {}; leave out --sample for deterministic encoding",
      alpha);
}

// exp(alpha * v) = 2^b exp(f), |f| <= ln(2) / 2. The product alpha * v is kept in two doubles: its
// rounding alone would cost |alpha * v| * 2^-53 of relative error.
Scaled TemperedPieces::compute(uint32_t id) const {
  const double v = vocabulary_.log_probability(id);
  const double high = alpha_ * v;
  const double low = std::fma(alpha_, v, -high);
  const double b = std::nearbyint(high * std::numbers::log2e);
  require(
      std::abs(b) < max_exponent_, ErrorKind::bad_option,
      "alpha = {} is too large for a text of this length: every segmentation but the best has no "
      "weight; leave out --sample for deterministic encoding",
      alpha_);
  const double f = std::fma(-b, std::numbers::ln2, high) + (low - b * kLn2Rest);
  return make_scaled(std::exp(f), static_cast<int64_t>(b));
}

Scaled Endings::sum_up() {
  sum_ = 0;
  for (Ending& edge : edges_) {
    edge.share = shifted(edge.fraction, edge.exponent - top_);
    sum_ += edge.share;
  }
  for (Ending& edge : edges_) {
    edge.share /= sum_;
  }
  return make_scaled(sum_, top_);
}

double Endings::log_share(const Ending& edge) const {
  if (edge.share > 0.5) {
    double others = 0;
    for (const Ending& other : edges_) {
      others += &other == &edge ? 0.0 : other.share;
    }
    return std::log1p(-others);
  }
  return std::log(edge.fraction / sum_) +
         static_cast<double>(edge.exponent - top_) * std::numbers::ln2;
}

std::vector<Scaled> forward_sums(const UnigramModel& model, std::string_view text,
                                 Endings& endings) {
  std::vector<Scaled> z(text.size() + 1);
  z[0] = make_scaled(1, 0);
  for_each_end(text, model.vocabulary().max_piece_length(), [&](size_t end, size_t room) {
    z[end] = endings.collect(end, room, [&](size_t start) -> const Scaled& { return z[start]; });
  });
  if (z[text.size()].fraction == 0) {
    fail_uncovered(model, text);
  }
  return z;
}

}  // namespace yonder::tokenizer::internal
