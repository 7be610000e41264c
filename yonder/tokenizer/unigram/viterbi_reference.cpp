// SPDX-License-Identifier: Apache-2.0
#include "yonder/tokenizer/unigram/viterbi_reference.h"

#include <algorithm>
#include <cmath>

namespace yonder::tokenizer {
namespace {

// last[end]: the last piece of the path to `end`.
std::vector<uint32_t> trace_back(const Vocabulary& vocabulary, const std::vector<uint32_t>& last) {
  std::vector<uint32_t> path;
  for (size_t at = last.size() - 1; at > 0; at -= vocabulary.piece(last[at]).size()) {
    path.push_back(last[at]);
  }
  std::reverse(path.begin(), path.end());
  return path;
}

template <typename Score, typename ScoreOf>
std::vector<uint32_t> best_path(const Vocabulary& vocabulary, std::string_view chunk,
                                ScoreOf&& score_of) {
  const PieceMap ids = piece_map(vocabulary);
  std::vector<Score> best(chunk.size() + 1, 0);
  std::vector<uint32_t> last(chunk.size() + 1, 0);  // id of the last piece, 0 = not reached
  for (size_t end = 1; end <= chunk.size(); ++end) {
    for (size_t length = 1; length <= std::min<size_t>(end, vocabulary.max_piece_length());
         ++length) {
      const size_t start = end - length;
      const auto piece = ids.find(std::string(chunk.substr(start, length)));
      if (piece == ids.end() || (start > 0 && last[start] == 0)) {
        continue;
      }
      const Score score = best[start] + score_of(piece->second);
      if (last[end] == 0 || score >= best[end]) {
        best[end] = score;
        last[end] = piece->second;
      }
    }
  }
  return trace_back(vocabulary, last);
}

// SentencePiece's own loop: from each start, ascending, to all ends; a candidate is compared as a
// double and kept as a float.
std::vector<uint32_t> rounded_best_path(const Vocabulary& vocabulary, std::string_view chunk) {
  const PieceMap ids = piece_map(vocabulary);
  std::vector<float> best(chunk.size() + 1, 0);
  std::vector<uint32_t> last(chunk.size() + 1, 0);
  for (size_t start = 0; start < chunk.size(); ++start) {
    if (start > 0 && last[start] == 0) {
      continue;
    }
    const size_t furthest = std::min(chunk.size(), start + vocabulary.max_piece_length());
    for (size_t end = start + 1; end <= furthest; ++end) {
      const auto piece = ids.find(std::string(chunk.substr(start, end - start)));
      if (piece == ids.end()) {
        continue;
      }
      const double score = vocabulary.log_probability(piece->second) + double{best[start]};
      if (last[end] == 0 || score > double{best[end]}) {
        best[end] = static_cast<float>(score);
        last[end] = piece->second;
      }
    }
  }
  return trace_back(vocabulary, last);
}

}  // namespace

PieceMap piece_map(const Vocabulary& vocabulary) {
  PieceMap ids;
  for (uint32_t id = kFirstPieceId; id < vocabulary.size(); ++id) {
    if (!vocabulary.piece(id).empty()) {
      ids.emplace(vocabulary.piece(id), id);
    }
  }
  return ids;
}

std::vector<uint32_t> viterbi_reference(const UnigramModel& model, std::string_view chunk) {
  const Vocabulary& vocabulary = model.vocabulary();
  if (model.fixed_point()) {
    return best_path<__int128>(vocabulary, chunk, [&](uint32_t id) {
      return static_cast<__int128>(
          std::nearbyint(vocabulary.log_probability(id) * kFixedPointSteps));
    });
  }
  if (model.arithmetic() == Arithmetic::single_precision) {
    return rounded_best_path(vocabulary, chunk);
  }
  return best_path<double>(vocabulary, chunk,
                           [&](uint32_t id) { return vocabulary.log_probability(id); });
}

}  // namespace yonder::tokenizer
