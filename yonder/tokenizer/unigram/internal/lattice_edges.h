// SPDX-License-Identifier: Apache-2.0
// The edges of the lattice of a text that may have several chunks.
//
// Positions are 0..n (bytes of the text); an edge (start, end) is a piece that spells
// text[start, end) and crosses no cut of chunks.h. Every path from 0 to n passes through every cut,
// so the lattice of a whole text is that of its chunks in a row, and no recursion has to treat
// chunks one by one. Users: forward_backward, nbest, without_replacement, count_segmentations.
#pragma once

#include "yonder/tokenizer/chunks.h"
#include "yonder/tokenizer/unigram/model.h"

#include <algorithm>
#include <cstddef>
#include <string_view>
#include <vector>

namespace yonder::tokenizer::internal {

/// Calls f(end, room) for every position end = 1..n, ascending; room is the length of the longest
/// piece that may end there: at most max_length, and not across a cut.
template <typename F>
void for_each_end(std::string_view text, size_t max_length, F&& f) {
  for (size_t start = 0; start < text.size();) {
    const size_t stop = chunk_end(text, start);
    for (size_t end = start + 1; end <= stop; ++end) {
      f(end, std::min(max_length, end - start));
    }
    start = stop;
  }
}

/// The same rooms in any order of positions.
class Rooms {
 public:
  Rooms(std::string_view text, size_t max_length) : max_length_(max_length) {
    for (size_t start = 0; start < text.size(); start = chunk_end(text, start)) {
      starts_.push_back(start);
    }
  }
  /// end in 1..n. Cost: log of the number of chunks.
  size_t operator()(size_t end) const {
    const auto next = std::lower_bound(starts_.begin(), starts_.end(), end);
    return std::min(max_length_, end - *(next - 1));
  }

 private:
  size_t max_length_;
  std::vector<size_t> starts_;
};

/// For a text that no path spells: throws Error(bad_data) naming the first byte that no path can
/// pass; `position` is the offset of the text in its document. Calls a plain search, so that the
/// recursions need not track it.
[[noreturn]] void fail_uncovered(const UnigramModel& model, std::string_view text,
                                 uint64_t position = 0);

}  // namespace yonder::tokenizer::internal
