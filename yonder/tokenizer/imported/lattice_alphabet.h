// SPDX-License-Identifier: Apache-2.0
// Foreign unigram vocabularies on the byte lattice of unigram/.
//
// SentencePiece and Hugging Face segment characters: a character that is no piece by itself may
// stand alone as an unknown token, at a penalty, and nothing is cut at newlines. The engine of
// unigram/ knows bytes, pieces and cuts after newlines only. Both meet in an alphabet of bytes that
// UTF-8 never uses:
//
//   0xFF  a character that occurs in no piece (an unknown token by itself)
//   0xFE  a cut between two words, a piece of probability 1 that no other piece contains
//   0xFD  a newline, so that the engine does not cut there
//
// A character that occurs inside pieces, but is none, becomes one more piece with the unknown
// token's score. After that every text is a byte string with a lattice of pieces, and encoding,
// exact sampling, n-best lists and marginals are those of every vocabulary.
// Source of the unknown token's score: SentencePiece, unigram_model.cc (lowest score - 10).
// Test: lattice_alphabet_test.cpp.
#pragma once

#include "yonder/tokenizer/unigram/model.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace yonder::tokenizer {

/// A piece that may be matched in text.
struct ScoredPiece {
  std::string text;  // UTF-8
  double score = 0;  // log-probability, nats; <= 0
  uint32_t id = 0;   // in the file
};

class LatticeAlphabet {
 public:
  static constexpr char kUnknown = '\xFF';
  static constexpr char kCut = '\xFE';
  static constexpr char kNewline = '\xFD';
  /// What of() says of pieces of the engine that are no pieces of the file.
  static constexpr uint32_t kUnknownId = UINT32_MAX;
  static constexpr uint32_t kCutId = UINT32_MAX - 1;

  /// has_unknown: unknown characters have a token, with the score `unknown_score`. Throws
  /// Error(bad_data) for a piece that is empty, not UTF-8, repeated or with a score above 0; `name`
  /// stands in messages.
  LatticeAlphabet(const std::vector<ScoredPiece>& pieces, bool has_unknown, double unknown_score,
                  Arithmetic arithmetic, const std::string& name);

  const std::shared_ptr<const UnigramModel>& engine() const { return engine_; }

  /// Appends a word of UTF-8 text in the alphabet. Throws Error(bad_data) for a character that no
  /// piece contains where the model has no unknown token; `offset` is the word's place in the text.
  void append(std::string_view word, size_t offset, std::string& lattice) const;

  /// The file's id of an id of the engine, kUnknownId or kCutId.
  uint32_t id_of(uint32_t engine_id) const { return ids_[engine_id]; }
  /// The engine's id of a file's id; 0 where the id is no piece of the lattice.
  uint32_t engine_id(uint32_t id) const { return id < engine_ids_.size() ? engine_ids_[id] : 0; }

 private:
  bool known(int32_t code_point) const;

  std::shared_ptr<const UnigramModel> engine_;
  std::vector<uint32_t> ids_;         // [engine ids]
  std::vector<uint32_t> engine_ids_;  // [file ids]
  std::vector<bool> known_;           // [0x110000] the character occurs in a piece
  bool has_unknown_;
};

}  // namespace yonder::tokenizer
