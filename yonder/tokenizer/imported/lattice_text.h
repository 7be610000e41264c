// SPDX-License-Identifier: Apache-2.0
// A whole document as one lattice of an imported unigram model, for what looks at all
// segmentations: its words, joined by cuts (lattice_alphabet.h). Added tokens are cuts that carry
// an id. Test: imported_encoder_test.cpp.
#pragma once

#include "yonder/tokenizer/imported/imported_model.h"
#include "yonder/tokenizer/tokenizer.h"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace yonder::tokenizer {

class LatticeText {
 public:
  /// Throws Error(bad_option) for a BPE model, which has no lattice. `model` must outlive it.
  LatticeText(const ImportedModel& model, std::string_view text);

  /// What the engine segments.
  const std::string& bytes() const { return bytes_; }
  /// Cuts on every path; none of them is a token.
  size_t cuts() const { return prepared_.parts.size(); }
  /// Cuts that stand for an added token.
  size_t tokens() const { return tokens_; }
  /// The file's ids of a path of the engine through all of bytes().
  std::vector<uint32_t> ids(std::span<const uint32_t> path) const;
  /// The path whose ids these are. An unknown token stands for as many unknown characters as the
  /// next id leaves. Throws Error(bad_data) with the position of an id that does not spell the
  /// text.
  std::vector<uint32_t> path(std::span<const uint32_t> ids) const;
  /// Marginals of the engine as those of the file; cuts are left out.
  std::vector<EdgeMarginal> marginals(const std::vector<EdgeMarginal>& edges) const;

 private:
  // The engine's piece of the unknown character at this place; 0 if there is none.
  uint32_t unknown_piece(size_t at) const;
  // The engine's piece of a file's id, if it stands at this place; else 0.
  uint32_t known_piece(uint32_t id, size_t at) const;

  const ImportedModel& model_;
  PreparedText prepared_;
  std::string bytes_;
  std::vector<size_t> origin_;  // [bytes + 1] offset in the prepared text
  size_t tokens_ = 0;
};

}  // namespace yonder::tokenizer
