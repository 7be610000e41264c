// SPDX-License-Identifier: Apache-2.0
// Finding added tokens in a text.
//
// The longest token at the leftmost place wins; the search goes on behind it. A match that is then
// turned down (a special token nobody asked for, one that is no single word) still hides what
// overlaps it. Source: tokenizers, AddedVocabulary::find_matches. Test: text_rules_test.cpp.
#pragma once

#include "yonder/tokenizer/rules/prefix_trie.h"
#include "yonder/tokenizer/rules/text_rules.h"

#include <cstddef>
#include <string_view>
#include <vector>

namespace yonder::tokenizer {

class AddedTokenSearch {
 public:
  /// Bytes begin..end-1 of the text: an added token, or text between two (token is null). Pieces
  /// cover the text in order. They overlap where a token begins with white space that the one
  /// before, by rstrip, took along: tokenizers gives both.
  struct Piece {
    size_t begin;
    size_t end;
    const AddedToken* token;
  };

  /// `token`, which must outlive the search, is found where `pattern`, not empty, stands in the
  /// text. False, and nothing changes, if another token has this pattern.
  bool add(std::string_view pattern, const AddedToken& token);
  bool empty() const { return tokens_.empty(); }
  /// Appends the pieces of `text`. Special tokens are found only with parse_special.
  void split(std::string_view text, bool parse_special, std::vector<Piece>& pieces) const;

 private:
  PrefixTrie trie_;
  std::vector<const AddedToken*> tokens_;
};

}  // namespace yonder::tokenizer
