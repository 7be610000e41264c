// SPDX-License-Identifier: Apache-2.0
#include "yonder/tokenizer/rules/added_tokens.h"

#include "yonder/base/utf8.h"
#include "yonder/tokenizer/rules/rust_character.h"

#include <algorithm>

namespace yonder::tokenizer {

namespace {

bool stands_alone(std::string_view text, size_t begin, size_t end) {
  const bool word_before =
      begin > 0 && is_word_character(utf8_at(text, utf8_before(text, begin)).code_point);
  const bool word_after = end < text.size() && is_word_character(utf8_at(text, end).code_point);
  return !word_before && !word_after;
}

}  // namespace

bool AddedTokenSearch::add(std::string_view pattern, const AddedToken& token) {
  if (!trie_.insert(pattern, tokens_.size())) {
    return false;
  }
  tokens_.push_back(&token);
  return true;
}

void AddedTokenSearch::split(std::string_view text, bool parse_special,
                             std::vector<Piece>& pieces) const {
  size_t reached = 0;
  for (size_t i = 0; !tokens_.empty() && i < text.size();) {
    if (!trie_.begins(text[i])) {
      ++i;
      continue;
    }
    const auto match = trie_.longest(text.substr(i));
    if (!match) {
      ++i;
      continue;
    }
    const AddedToken& token = *tokens_[match->value];
    size_t begin = i;
    size_t end = i + match->length;
    i = end;
    if ((token.special && !parse_special) ||
        (token.single_word && !stands_alone(text, begin, end))) {
      continue;
    }
    if (token.lstrip) {
      const size_t stripped = begin - white_space_suffix(text.substr(0, begin));
      begin = std::min(begin, std::max(reached, stripped));
    }
    if (token.rstrip) {
      end += white_space_prefix(text.substr(end));
    }
    if (reached < begin) {
      pieces.push_back({reached, begin, nullptr});
    }
    pieces.push_back({begin, end, &token});
    reached = end;
  }
  if (reached < text.size()) {
    pieces.push_back({reached, text.size(), nullptr});
  }
}

}  // namespace yonder::tokenizer
