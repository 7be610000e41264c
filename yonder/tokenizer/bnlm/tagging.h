// SPDX-License-Identifier: Apache-2.0
// Cutting a chunk into pieces by the byte n-gram model: a Viterbi search whose state is the number
// of bytes since the last cut (kexue.fm 9752).
//
// States j = 0..N-1 (capped at N-1); from any state a byte may go to state 0 (a cut before it) or
// to the next state, both with weight 0. Byte i in state j has the weight log p(S_i | the j bytes
// before it); -infinity where that n-gram was dropped. With ensure_unicode state 0 is forbidden on
// the bytes 0x80..0xBF. Equal scores: the lowest previous state, and the lowest last state.
// All sums are IEEE doubles in the reference's order.
//
// A row where every state is -infinity is dead; it is a byte inside a rare character, whose
// n-grams were all dropped. The reference never recovers: the rest of the chunk becomes single
// bytes (docs/math/tokenizer.md T1); `reference_dead_rows` reproduces that. Otherwise the whole
// character becomes a piece of its own, with the floor -log c_0 - 10 for each inner byte; a byte
// that belongs to no character is a character of one byte.
// Reference: bnlm_reference.h; test: tagging_test.cpp.
#pragma once

#include "yonder/tokenizer/bnlm/ngram_model.h"

#include <cstdint>
#include <string_view>
#include <vector>

namespace yonder::tokenizer {

struct TaggingRule {
  bool ensure_unicode = true;
  bool reference_dead_rows = false;
};

/// Not thread-safe: one per thread. Keeps its buffers.
class Tagger {
 public:
  /// The model must outlive the tagger.
  Tagger(const NgramModel& model, TaggingRule rule) : model_(model), rule_(rule) {}

  /// The offsets in `chunk` where pieces begin, ascending, the first 0; valid until the next call.
  /// Eight bytes after the end of `chunk` must be readable. Empty for an empty chunk.
  const std::vector<uint32_t>& cut(std::string_view chunk);

 private:
  template <int N>
  void search(std::string_view chunk);
  template <int N>
  void fill_emissions(std::string_view chunk, size_t begin, size_t end);

  static constexpr size_t kRows = 64;  // starts looked up together
  static constexpr size_t kWidth = 8;  // doubles per row
  const NgramModel& model_;
  TaggingRule rule_;
  std::vector<double> emission_;  // [kRows + kMaxOrder][kWidth]
  std::vector<uint8_t> back_;     // [bytes] see tagging.cpp
  std::vector<uint32_t> starts_;
};

}  // namespace yonder::tokenizer
