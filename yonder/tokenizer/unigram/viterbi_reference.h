// SPDX-License-Identifier: Apache-2.0
// The best segmentation by plain loops over all lengths, pieces looked up in a hash table. For
// tests.
#pragma once

#include "yonder/tokenizer/unigram/model.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace yonder::tokenizer {

/// Ids by piece.
using PieceMap = std::unordered_map<std::string, uint32_t>;
PieceMap piece_map(const Vocabulary& vocabulary);

/// Ids of the best segmentation of one chunk: A[e] = max over s of A[s] + log p, tried with
/// ascending length, each candidate that is not worse taking over. Scores are doubles, or, where
/// model.fixed_point(), 128-bit sums of log p rounded to steps of 2^-40; in single precision, the
/// loop of SentencePiece. The text can be spelled.
std::vector<uint32_t> viterbi_reference(const UnigramModel& model, std::string_view chunk);

}  // namespace yonder::tokenizer
