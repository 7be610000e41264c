// SPDX-License-Identifier: Apache-2.0
// A small set of strings, and the longest of them that a text begins with: added tokens,
// user-defined symbols.
//
// For hundreds of strings that rarely match: a table of first bytes sends most positions on at
// once, the rest walks a hash map of edges. Vocabularies use PieceTrie.
// Test: prefix_trie_test.cpp.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace yonder::tokenizer {

class PrefixTrie {
 public:
  struct Match {
    size_t length = 0;
    size_t value = 0;
  };

  /// False, and nothing changes, if the string is there already. `string` is not empty.
  bool insert(std::string_view string, size_t value);
  /// The longest string that `text` begins with. Cost: one step per byte of it.
  std::optional<Match> longest(std::string_view text) const;
  /// Whether a string begins with this byte.
  bool begins(char byte) const { return first_[static_cast<uint8_t>(byte)]; }
  bool empty() const { return values_.empty(); }

 private:
  std::array<bool, 256> first_{};
  std::unordered_map<uint64_t, uint32_t> children_;  // node << 8 | byte -> node; the root is 0
  std::unordered_map<uint32_t, size_t> values_;      // node -> value
};

}  // namespace yonder::tokenizer
