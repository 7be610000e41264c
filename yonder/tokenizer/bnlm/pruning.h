// SPDX-License-Identifier: Apache-2.0
// From raw pieces to a vocabulary of a given size, by bytepiece's rule:
//   1. add missing single bytes with count 1; keep single bytes, and pieces of at most
//      max_piece_length bytes that occur at least min_count times;
//   2. cut each dropped piece by the unigram Viterbi of the kept ones and add its count to its
//   parts;
//   3. cut every kept piece by its own vocabulary and count the parts into a new vocabulary, until
//      no piece falls away (a piece falls when its parts are together more probable);
//   4. for each size, largest first: if there are more than size - 3 pieces, keep the first size -
//   3
//      by (single bytes first, higher count, longer, bytes), add the others to them as in 2,
//      then 3.
// A vocabulary may therefore end a little below its size.
//
// All counts are whole numbers, so threads do not change the result. One trie is built over the
// pieces of step 1; later vocabularies are weights on it (-infinity = not a piece any more).
// Source: kexue.fm 9752; bytepiece 0.6.3, Trainer.prune_pieces. Reference: bnlm_reference.h; test:
// pruning_test.cpp.
#pragma once

#include "yonder/base/progress.h"
#include "yonder/tokenizer/bnlm/piece_counts.h"
#include "yonder/tokenizer/vocabulary.h"

#include <cstdint>
#include <functional>
#include <string_view>
#include <vector>

namespace yonder::tokenizer {

struct PruneRule {
  std::vector<int64_t> sizes;      // ids, 3 special ones included; descending, each >= 259
  uint64_t max_piece_length = 36;  // bytes
  uint64_t min_count = 2;
  int threads = 1;
  uint64_t memory = UINT64_MAX;  // bytes that may be taken; more is Error(memory)
};

/// Calls the sink with every distinct raw piece once. Called twice; both times the same pieces.
using PieceScan = std::function<void(const PieceSink& sink)>;

/// One vocabulary for each size, in the order of rule.sizes, each in id order.
/// Throws Error(memory) when the kept pieces do not fit into rule.memory.
std::vector<std::vector<CountedPiece>> prune_pieces(const PieceScan& scan, const PruneRule& rule,
                                                    const ProgressRef& progress);

}  // namespace yonder::tokenizer
