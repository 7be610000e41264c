// SPDX-License-Identifier: Apache-2.0
// The k best segmentations of a text, exactly, for any k: lazy k-best enumeration.
//
// For every position s let best(s, 0), best(s, 1), ... be the segmentations of text[s, n), best
// first. best(s, j) begins with an edge (s, e) and goes on with some best(e, i), so the list of s
// is a merge of the lists of its successors. A heap per position holds one candidate per edge;
// after (edge, i) is taken, (edge, i + 1) is the next candidate of that edge, which asks the list
// of e for one more, and so on down. Only lists that are asked for are extended, and a candidate is
// replaced only when its list is asked again.
//
// Ties. Equal scores are ordered by the lengths of the pieces compared from the left, longer first.
// Because the lists are those of suffixes, this needs the first length and the rank in the list
// behind it only. Scores are exact sums in 128-bit fixed point (below), so segmentations that
// consist of the same pieces do tie, in whatever order they are added, and the result is the same
// everywhere.
//
// Not for drawing at random (exact sampling is exact and faster) nor for the best one alone
// (Viterbi). Source: Huang and Chiang 2005, "Better k-best parsing", algorithm 3. Reference:
// lattice_reference.h; test: nbest_test.cpp.
#pragma once

#include "yonder/tokenizer/tokenizer.h"
#include "yonder/tokenizer/unigram/model.h"

#include <cstddef>
#include <string_view>
#include <vector>

namespace yonder::tokenizer {

/// Largest k of nbest().
inline constexpr size_t kMaxNbest = 10'000;

/// The k best segmentations, best first; fewer if the text has fewer. nbest(k) is the beginning of
/// nbest(k + 1). Scores are added without rounding: log p in steps of 2^-80 nat (which hold a
/// double from 2^-27 up whole), or of 2^-40 nat where model.fixed_point(). Throws Error(bad_option)
/// unless 1 <= k <= 10,000, Error(bad_data) with the byte offset where no sequence of pieces spells
/// the text. Cost: O(n d + k L log d) for n bytes, d edges per byte, L tokens per segmentation;
/// memory about 60 + 16 d bytes per byte of text, and 48 bytes per list entry made, at most k L.
std::vector<Scored> nbest(const UnigramModel& model, std::string_view text, size_t k);

}  // namespace yonder::tokenizer
