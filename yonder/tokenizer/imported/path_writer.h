// SPDX-License-Identifier: Apache-2.0
// Turns what an engine found into the ids of an imported model's file, with their spans: unknown
// characters become bytes where the model falls back to them, and neighbouring unknown tokens of a
// word become one, as SentencePiece and Hugging Face do. Test: imported_encoder_test.cpp.
#pragma once

#include "yonder/tokenizer/imported/imported_model.h"
#include "yonder/tokenizer/normalizer.h"
#include "yonder/tokenizer/tokenizer.h"

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace yonder::tokenizer {

class PathWriter {
 public:
  /// Walks over `text` from its beginning. Ids are appended to `ids`; their spans in the original
  /// text to `offsets` unless it is null. All must outlive the writer.
  PathWriter(const ImportedModel& model, const NormalizedText& text, std::vector<uint32_t>& ids,
             std::vector<Offset>* offsets)
      : model_(model), text_(text), ids_(ids), offsets_(offsets) {}

  /// A token that is no text, at the place reached.
  void special(uint32_t id);
  void special(std::span<const uint32_t> ids);
  /// A token that covers the prepared text up to `end`.
  void token(uint32_t id, size_t end);
  /// A path of the lattice engine through the next word; cuts are none of its pieces.
  void unigram_word(std::span<const uint32_t> path);
  /// Ids of the byte-pair engine; unknown_lengths: bytes under each unknown id, in order.
  void byte_pair_word(std::span<const uint32_t> path, std::span<const size_t> unknown_lengths);

 private:
  void unknown_character(size_t length);
  void push(uint32_t id, size_t begin, size_t end);

  const ImportedModel& model_;
  const NormalizedText& text_;
  std::vector<uint32_t>& ids_;
  std::vector<Offset>* offsets_;
  size_t at_ = 0;               // in the prepared text
  bool after_unknown_ = false;  // the last id is an unknown token of this word
};

}  // namespace yonder::tokenizer
