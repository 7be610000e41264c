// SPDX-License-Identifier: Apache-2.0
#include "yonder/tokenizer/rules/prefix_trie.h"

namespace yonder::tokenizer {

namespace {

uint64_t edge(uint32_t node, char byte) { return uint64_t{node} << 8 | static_cast<uint8_t>(byte); }

}  // namespace

bool PrefixTrie::insert(std::string_view string, size_t value) {
  uint32_t node = 0;
  for (const char byte : string) {
    const uint32_t next = static_cast<uint32_t>(children_.size()) + 1;
    node = children_.try_emplace(edge(node, byte), next).first->second;
  }
  first_[static_cast<uint8_t>(string.front())] = true;
  return values_.try_emplace(node, value).second;
}

std::optional<PrefixTrie::Match> PrefixTrie::longest(std::string_view text) const {
  if (text.empty() || !begins(text.front())) {
    return std::nullopt;
  }
  std::optional<Match> match;
  uint32_t node = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    const auto child = children_.find(edge(node, text[i]));
    if (child == children_.end()) {
      break;
    }
    node = child->second;
    if (const auto value = values_.find(node); value != values_.end()) {
      match = Match{i + 1, value->second};
    }
  }
  return match;
}

}  // namespace yonder::tokenizer
