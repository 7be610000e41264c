// SPDX-License-Identifier: Apache-2.0
#include "yonder/tokenizer/unigram/exact_sampling_reference.h"

#include "yonder/tokenizer/unigram/keyed_random.h"
#include "yonder/tokenizer/unigram/viterbi_reference.h"

#include <algorithm>
#include <cmath>

namespace yonder::tokenizer {
namespace {

// mantissa * 2^exponent.
struct Scaled {
  long double mantissa = 0;
  int64_t exponent = 0;
};

struct Term {
  uint32_t id;
  long double value;  // Z[s] q in units of 2^(largest exponent met at this end)
};

}  // namespace

std::vector<uint32_t> exact_sample_reference(const UnigramModel& model, std::string_view chunk,
                                             double alpha, uint64_t seed, uint64_t document,
                                             uint64_t position) {
  const Vocabulary& vocabulary = model.vocabulary();
  const PieceMap ids = piece_map(vocabulary);
  std::vector<Scaled> z(chunk.size() + 1);
  z[0] = {1, 0};
  std::vector<std::vector<Term>> terms(chunk.size() + 1);  // by ascending length
  for (size_t end = 1; end <= chunk.size(); ++end) {
    int64_t top = INT64_MIN;
    for (size_t start = end - std::min<size_t>(end, vocabulary.max_piece_length()); start < end;
         ++start) {
      if (z[start].mantissa > 0) {
        top = std::max(top, z[start].exponent);
      }
    }
    long double sum = 0;
    for (size_t length = 1; length <= std::min<size_t>(end, vocabulary.max_piece_length());
         ++length) {
      const Scaled& before = z[end - length];
      const auto piece = ids.find(std::string(chunk.substr(end - length, length)));
      if (piece == ids.end() || before.mantissa == 0) {
        continue;
      }
      const long double q =
          std::exp(static_cast<long double>(alpha * vocabulary.log_probability(piece->second)));
      const auto shift = static_cast<int>(std::max<int64_t>(before.exponent - top, -32000));
      const long double value = std::ldexp(before.mantissa * q, shift);
      terms[end].push_back({piece->second, value});
      sum += value;
    }
    if (sum > 0) {
      const int exponent = std::ilogb(sum);
      z[end] = {std::ldexp(sum, -exponent), top + exponent};
    }
  }

  std::vector<uint32_t> path;
  const uint64_t key = document_key(seed, document);
  for (size_t end = chunk.size(); end > 0;) {
    long double total = 0;
    for (const Term& term : terms[end]) {
      total += term.value;
    }
    const long double target = keyed_uniform(key, position + end) * total;
    long double sum = 0;
    uint32_t drawn = terms[end].back().id;
    for (const Term& term : terms[end]) {
      sum += term.value;
      if (target < sum) {
        drawn = term.id;
        break;
      }
    }
    path.push_back(drawn);
    end -= vocabulary.piece(drawn).size();
  }
  std::reverse(path.begin(), path.end());
  return path;
}

}  // namespace yonder::tokenizer
