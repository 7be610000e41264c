// SPDX-License-Identifier: Apache-2.0
// What is behind a BytePairModel: the vocabulary and the tables made of it.
//
// Symbols are ids. Two kinds have no id: a character that is no piece in use but part of one (with
// scores any two neighbours that spell a piece merge, whether or not they are pieces) has a symbol
// from vocab_size on, and one that occurs in no piece is kUnknown. What they become is decided at
// the end, which gives the ids of both peers because unknown and byte pieces are never parts of
// merges. Test: byte_pair_test.cpp.
#pragma once

#include "yonder/tokenizer/bpe/internal/pair_tables.h"

#include <algorithm>
#include <array>
#include <bitset>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace yonder::tokenizer {

struct BytePairModel::Impl {
  Impl(BytePairVocabulary vocabulary_in, const BytePairOptions& options_in, std::string name_in)
      : name(std::move(name_in)),
        options(options_in),
        vocabulary(std::move(vocabulary_in)),
        index(vocabulary.pieces, name) {
    check_ids();
    if (options.unit == BytePairUnit::byte) {
      add_bytes();
    } else {
      add_characters();
    }
    pairs.build(vocabulary.scores.empty() ? pairs_of_merges() : pairs_of_scores());
    find_whole();
  }

  uint32_t vocab_size() const { return static_cast<uint32_t>(vocabulary.pieces.size()); }
  uint32_t find(std::string_view text) const { return index.find(text, vocabulary.pieces); }
  std::string_view piece(uint32_t id) const { return vocabulary.pieces[id]; }
  bool is_unused(uint32_t symbol) const {
    return symbol < vocabulary.unused.size() && vocabulary.unused[symbol];
  }
  /// Bytes of the unit at word[at].
  size_t unit_length(std::string_view word, size_t at) const {
    return options.unit == BytePairUnit::byte ? 1 : utf8_at(word, at).length;
  }
  /// Byte fallback is all or nothing: each byte of the character must have its piece.
  bool has_bytes_of(std::string_view unit) const {
    return options.byte_fallback && !vocabulary.byte_ids.empty() &&
           std::all_of(unit.begin(), unit.end(), [&](char byte) {
             return vocabulary.byte_ids[static_cast<unsigned char>(byte)] != kNoPiece;
           });
  }
  static size_t join_of(char before, char after) {
    return size_t{static_cast<unsigned char>(before)} << 8 | static_cast<unsigned char>(after);
  }
  /// Nothing can merge across the place before word[i], i > 0.
  bool may_cut(std::string_view word, size_t i) const {
    const bool within_character =
        options.unit == BytePairUnit::character && (word[i] & 0xC0) == 0x80;
    return !joins[join_of(word[i - 1], word[i])] && !within_character;
  }
  std::string shown(uint32_t id) const { return utf8_replace_invalid(piece(id)); }

  void check_ids();
  void add_bytes();
  void add_characters();
  std::vector<internal::RankedPair> pairs_of_merges();
  std::vector<internal::RankedPair> pairs_of_scores();
  void add_join(std::string_view left, std::string_view right);
  void find_whole();
  uint32_t symbol_of_unit(std::string_view unit) const;
  uint32_t symbol_of_part(std::string_view part) const;

  const std::string name;
  const BytePairOptions options;
  const BytePairVocabulary vocabulary;
  const internal::PieceIndex index;
  std::array<uint32_t, 256> byte_symbols{};  // unit byte
  internal::CharacterTable characters;       // unit character
  // unit character: symbols of bytes that are not UTF-8, kUnknown for nearly every vocabulary
  std::array<uint32_t, 256> stray_symbols{};
  internal::PairTable pairs;
  std::vector<bool> whole;  // [vocab_size] merging what the piece spells makes the piece
  bool has_unused = false;  // splits are remembered across the text: no cache, no cuts
  // [256 x 256] some merge has a left part that ends with the first byte and a right part that
  // begins with the second. Where none has, a word may be cut.
  std::bitset<65536> joins;
  // No merge joins another character with a U+2581 behind it: there texts fall into words, as
  // dropout understands them.
  bool cuts_at_space = options.unit == BytePairUnit::character;
  size_t longest_piece = 0;  // bytes
};

}  // namespace yonder::tokenizer
