// SPDX-License-Identifier: Apache-2.0
// The sum-product step of the lattice at one position, exact in range for any alpha and any length.
//
//   Z[0] = 1,  Z[e] = sum over edges (s, e) of Z[s] q(s, e),  q = p^alpha,
//   share(s, e) = Z[s] q(s, e) / Z[e]
//
// share is the probability that the last piece of a random segmentation of text[0, e) is (s, e).
// Everything else follows from the shares, which are ratios inside one window: backward sampling,
// marginals, entropy, and every expectation, none of them a difference of large numbers.
//
// Range. Z grows or shrinks geometrically, by hundreds of orders of magnitude per kilobyte, and at
// alpha = 1 with a large vocabulary already the values of one window (36 pieces of up to 33 bits)
// span more than a double holds. So each value carries its own power of two: fraction * 2^exponent.
// A product adds the exponents, a sum shifts the smaller terms; both are exact in the exponent, and
// the fraction loses one rounding per operation, as plain doubles do. That is the linear domain
// with rescaling by powers of two, without a case in which it must give up: alpha = 10^6 needs no
// fall-back to logarithms, and segmentations of equal score keep equal shares there. q is computed
// once per distinct piece, so no edge costs an exp or log.
//
// Source: kexue.fm 9811; Rabiner 1989, "A tutorial on hidden Markov models", section V.A (scaling).
// Test: forward_backward_test.cpp, against long-double log-sum-exp.
#pragma once

#include "yonder/base/error.h"
#include "yonder/tokenizer/unigram/internal/lattice_edges.h"
#include "yonder/tokenizer/unigram/model.h"

#include <cstddef>
#include <cstdint>
#include <limits>
#include <string_view>
#include <vector>

namespace yonder::tokenizer::internal {

/// fraction * 2^exponent; fraction is 0 or in [0.5, 1).
struct Scaled {
  double fraction = 0;
  int64_t exponent = 0;
};

/// x * 2^exponent with the fraction brought into [0.5, 1).
Scaled make_scaled(double x, int64_t exponent);
/// Natural logarithm, right to a few ulps also near 1; -infinity for 0.
double log_of(const Scaled& x);
/// x * 2^shift for shift <= 0; 0 where a double has no normal number for the power.
double shifted(double x, int64_t shift);

/// q(id) = p(id)^alpha, each computed when first asked for, to an ulp or two for any alpha.
class TemperedPieces {
 public:
  /// Throws Error(bad_option) unless alpha is finite and >= 0, and small enough that the exponents
  /// of a text of `bytes` bytes stay below 2^62.
  TemperedPieces(const UnigramModel& model, double alpha, size_t bytes);
  const Scaled& operator[](uint32_t id) {
    Scaled& q = q_[id];
    if (q.fraction == 0) {
      q = compute(id);
    }
    return q;
  }

 private:
  Scaled compute(uint32_t id) const;
  const Vocabulary& vocabulary_;
  double alpha_;
  double max_exponent_;
  std::vector<Scaled> q_;  // [vocab_size]
};

/// One edge that ends at the position at hand.
struct Ending {
  uint32_t length;  // bytes
  uint32_t id;
  double share;     // Z[s] q / Z[e]; 0 where that is below 2^-1000
  double fraction;  // Z[s] q = fraction * 2^exponent
  int64_t exponent;
};

/// The edges that end at one position, with their shares.
class Endings {
 public:
  Endings(const UnigramModel& model, std::string_view text, double alpha)
      : trie_(model.trie()), text_(text), pieces_(model, alpha, text.size()) {}

  /// Collects the edges into `end` of at most `room` bytes whose starts are reached, ascending in
  /// length, and returns Z[end] (fraction 0: none). z_at(start) is Z[start].
  template <typename ZAt>
  Scaled collect(size_t end, size_t room, ZAt&& z_at) {
    edges_.clear();
    top_ = std::numeric_limits<int64_t>::min();
    trie_.for_each_suffix(text_, end, room, [&](size_t length, uint32_t id) {
      const Scaled& z = z_at(end - length);
      if (z.fraction != 0) {
        const Scaled& q = pieces_[id];
        const int64_t exponent = z.exponent + q.exponent;
        edges_.push_back({static_cast<uint32_t>(length), id, 0, z.fraction * q.fraction, exponent});
        top_ = std::max(top_, exponent);
      }
    });
    return sum_up();
  }

  const std::vector<Ending>& edges() const { return edges_; }
  /// log share, right where the share is near 1 and where it is too small for a double.
  double log_share(const Ending& edge) const;

 private:
  Scaled sum_up();
  const PieceTrie& trie_;
  std::string_view text_;
  TemperedPieces pieces_;
  std::vector<Ending> edges_;
  int64_t top_ = 0;  // the largest exponent of edges_
  double sum_ = 0;   // Z[end] / 2^top_
};

/// Z at every position 0..n, 16 bytes each. Throws Error(bad_data) where no path spells the text.
std::vector<Scaled> forward_sums(const UnigramModel& model, std::string_view text,
                                 Endings& endings);

}  // namespace yonder::tokenizer::internal
