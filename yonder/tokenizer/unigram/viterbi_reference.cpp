// SPDX-License-Identifier: Apache-2.0
#include "yonder/tokenizer/unigram/viterbi_reference.h"

#include <algorithm>
#include <cmath>

namespace yonder::tokenizer {
namespace {

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
  std::vector<uint32_t> path;
  for (size_t at = chunk.size(); at > 0; at -= vocabulary.piece(last[at]).size()) {
    path.push_back(last[at]);
  }
  std::reverse(path.begin(), path.end());
  return path;
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
  return best_path<double>(vocabulary, chunk,
                           [&](uint32_t id) { return vocabulary.log_probability(id); });
}

}  // namespace yonder::tokenizer
