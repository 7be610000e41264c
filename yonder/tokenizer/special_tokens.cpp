// SPDX-License-Identifier: Apache-2.0
#include "yonder/tokenizer/special_tokens.h"

#include <algorithm>

namespace yonder::tokenizer {

std::optional<SpecialToken> find_special(std::string_view text, size_t from) {
  for (size_t at = text.find('<', from); at != std::string_view::npos;
       at = text.find('<', at + 1)) {
    for (uint32_t id = 0; id < kSpecialTokens.size(); ++id) {
      if (text.substr(at, kSpecialTokens[id].size()) == kSpecialTokens[id]) {
        return SpecialToken{at, id};
      }
    }
  }
  return std::nullopt;
}

size_t special_prefix_at_end(std::string_view text) {
  size_t longest = 0;
  for (const std::string_view name : kSpecialTokens) {
    for (size_t length = std::min(name.size() - 1, text.size()); length > longest; --length) {
      if (text.substr(text.size() - length) == name.substr(0, length)) {
        longest = length;
      }
    }
  }
  return longest;
}

}  // namespace yonder::tokenizer
