// SPDX-License-Identifier: Apache-2.0
// Byte-pair encoding as its authors' programs describe it, step by step: no cache, no cuts, no
// table of pairs. For tests. The first function follows Hugging Face's tokenizers (merges) and
// SentencePiece (scores); that it does is pinned by tests/golden/tokenizer/byte_pair.json.
#pragma once

#include "yonder/tokenizer/bpe/byte_pair.h"

#include <cstdint>
#include <map>
#include <string_view>
#include <vector>

namespace yonder::tokenizer {

/// The ids of a word. An input that cannot be spelled must have an unknown id. Cost: O(n^2) and
/// more.
std::vector<uint32_t> byte_pair_reference(const BytePairVocabulary& vocabulary,
                                          const BytePairOptions& options, std::string_view word);

/// Each result of BPE-dropout with its probability: all choices at all steps. Merges only; every
/// byte or character of the word must be a piece. Cost: exponential.
std::map<std::vector<uint32_t>, double> byte_pair_dropout_reference(
    const BytePairVocabulary& vocabulary, const BytePairOptions& options, std::string_view word,
    double probability);

}  // namespace yonder::tokenizer
