// SPDX-License-Identifier: Apache-2.0
#include "yonder/tokenizer/unigram/without_replacement.h"

#include "yonder/base/error.h"
#include "yonder/base/random.h"
#include "yonder/tokenizer/unigram/internal/forward_sums.h"
#include "yonder/tokenizer/unigram/internal/lattice_edges.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

namespace yonder::tokenizer {
namespace {

using internal::Ending;
using internal::Scaled;

constexpr double kInfinity = std::numeric_limits<double>::infinity();
// A token of a part that was opened; its parents are the tokens to its right, up to one with id 0
// that stands for the end of the text.
struct Token {
  size_t parent;
  uint32_t id;
};

// The last tokens of a segmentation, from `position` on.
struct Part {
  double key;
  double log_probability;  // phi
  size_t position;
  Token token;  // the first of the tokens
  bool operator<(const Part& other) const { return key < other.key; }
};

double gumbel(Rng& rng) { return -std::log(-std::log(rng.uniform_open())); }

// log(1 - exp(x)) for x <= 0.
double log1m_exp(double x) {
  return x > -std::numbers::ln2 ? std::log(-std::expm1(x)) : std::log1p(-std::exp(x));
}

// The key given that the largest of the siblings is `largest_allowed` instead of `largest`.
double conditional_key(double key, double largest, double largest_allowed) {
  const double v = largest_allowed - key + log1m_exp(key - largest);
  return largest_allowed - std::max(0.0, v) - std::log1p(std::exp(-std::abs(v)));
}

// The parts that may still be drawn, at most `limit` of them: what is smaller can never be.
class Frontier {
 public:
  explicit Frontier(size_t limit) : limit_(limit) {}
  bool empty() const { return parts_.empty(); }
  void push(const Part& part) {
    parts_.push_back(part);
    std::push_heap(parts_.begin(), parts_.end());
  }
  Part pop() {
    std::pop_heap(parts_.begin(), parts_.end());
    const Part part = parts_.back();
    parts_.pop_back();
    return part;
  }
  void trim() {
    if (parts_.size() > 2 * limit_ + 64) {
      const auto last = parts_.begin() + static_cast<std::ptrdiff_t>(limit_);
      std::nth_element(parts_.begin(), last, parts_.end(),
                       [](const Part& a, const Part& b) { return b < a; });
      parts_.erase(last, parts_.end());
      std::make_heap(parts_.begin(), parts_.end());
    }
  }

 private:
  size_t limit_;
  std::vector<Part> parts_;
};

}  // namespace

std::vector<ScoredDraw> sample_without_replacement(const UnigramModel& model, std::string_view text,
                                                   size_t k, double alpha, uint64_t seed,
                                                   uint64_t document) {
  require(k >= 1, ErrorKind::bad_option,
          "the number of segmentations to draw must be at least 1, found 0");
  internal::Endings endings(model, text, alpha);
  const std::vector<Scaled> z = internal::forward_sums(model, text, endings);
  const internal::Rooms rooms(text, model.vocabulary().max_piece_length());

  Rng rng(seed, document);
  Frontier frontier(k + 1);
  frontier.push({gumbel(rng), 0, text.size(), {0, 0}});
  std::vector<Token> tokens;
  std::vector<double> keys;               // of the parts that a part splits into
  std::vector<double> log_probabilities;  // theirs
  std::vector<ScoredDraw> draws;
  double threshold = -kInfinity;
  while (!frontier.empty()) {
    const Part part = frontier.pop();
    if (draws.size() == k) {
      // The largest key left is that of the next draw, whole or not.
      threshold = part.key;
      break;
    }
    if (part.position == 0) {
      ScoredDraw& draw = draws.emplace_back();
      draw.log_probability = part.log_probability;
      for (Token token = part.token; token.id != 0; token = tokens[token.parent]) {
        draw.ids.push_back(token.id);
        draw.score += model.vocabulary().log_probability(token.id);
      }
      continue;
    }
    const size_t parent = tokens.size();
    tokens.push_back(part.token);
    endings.collect(part.position, rooms(part.position),
                    [&](size_t start) -> const Scaled& { return z[start]; });
    keys.clear();
    log_probabilities.clear();
    double largest = -kInfinity;
    for (const Ending& edge : endings.edges()) {
      log_probabilities.push_back(part.log_probability + endings.log_share(edge));
      keys.push_back(log_probabilities.back() + gumbel(rng));
      largest = std::max(largest, keys.back());
    }
    for (size_t i = 0; i < keys.size(); ++i) {
      const Ending& edge = endings.edges()[i];
      frontier.push({conditional_key(keys[i], largest, part.key),
                     log_probabilities[i],
                     part.position - edge.length,
                     {parent, edge.id}});
    }
    frontier.trim();
  }
  for (ScoredDraw& draw : draws) {
    draw.inclusion = -std::expm1(-std::exp(draw.log_probability - threshold));
  }
  return draws;
}

}  // namespace yonder::tokenizer
