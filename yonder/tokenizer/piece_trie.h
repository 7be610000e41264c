// SPDX-License-Identifier: Apache-2.0
// All pieces of a vocabulary, found by their last bytes: a double-array trie over reversed pieces.
//
// Why reversed. The lattice recursions pull: the value at position e is made from the values at
// e-1, e-2, ..., e-M. Walking the text backwards from e meets exactly the pieces that end at e, in
// ascending length, so the running maximum or sum stays in a register, nothing is scattered into
// later positions, and a stream can process each byte the moment it arrives.
//
// Layout. The last two bytes index a table of 65,536 entries (they decide most of the walk); deeper
// nodes lie in one array. A node's children are at base + byte; every base belongs to one parent
// only, so a child is recognised by its own label, one byte. Parents are placed in the order of the
// counts of the pieces below them, so that nodes used often share cache lines.
//
// Source of the technique: Aoe 1989, double-array tries; unique bases make its CHECK one byte.
// Test: piece_trie_test.cpp (against a map of all pieces).
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace yonder::tokenizer {

class PieceTrie {
 public:
  /// base_label = base of the children << 8 | label; base 0 = no children. id 0 = no piece ends
  /// here.
  struct Node {
    uint32_t base_label = 0;
    uint32_t id = 0;
  };

  PieceTrie() = default;
  /// pieces[i] has id first_id + i and the frequency counts[i] (only the layout depends on it).
  /// Pieces are distinct; an empty one is an id that no piece has. Throws Error(bad_data)
  /// above 16.7 million nodes.
  PieceTrie(std::span<const std::string_view> pieces, std::span<const uint64_t> counts,
            uint32_t first_id);
  /// From stored parts. Throws Error(bad_data) unless they are a trie of exactly these pieces, so
  /// that no walk can leave the arrays or go deeper than the longest piece; `name` stands in
  /// messages.
  PieceTrie(std::vector<Node> singles, std::vector<Node> pairs, std::vector<Node> nodes,
            std::span<const std::string_view> pieces, uint32_t first_id, const std::string& name);

  /// [256] by the last byte; base unused.
  const std::vector<Node>& singles() const { return singles_; }
  /// [65536] by last byte << 8 | the byte before it.
  const std::vector<Node>& pairs() const { return pairs_; }
  /// The array of deeper nodes; 0..255 hold none (base 0 points at them).
  const std::vector<Node>& nodes() const { return nodes_; }

  /// The piece's id. Cost: one step per byte.
  std::optional<uint32_t> find(std::string_view piece) const;

  /// Calls f(length, id) for each piece that text[0..end) ends with, ascending, of at most
  /// `max_length` bytes (<= end). The readable walk; the kernel of lattice_scan.h does the same.
  template <typename F>
  void for_each_suffix(std::string_view text, size_t end, size_t max_length, F&& f) const {
    if (max_length == 0) {
      return;
    }
    const auto byte = [&](size_t back) { return static_cast<uint8_t>(text[end - back]); };
    if (singles_[byte(1)].id != 0) {
      f(size_t{1}, singles_[byte(1)].id);
    }
    if (max_length < 2) {
      return;
    }
    const Node* node = &pairs_[size_t{byte(1)} << 8 | byte(2)];
    for (size_t length = 2;; ++length) {
      if (node->id != 0) {
        f(length, node->id);
      }
      const uint32_t base = node->base_label >> 8;
      if (base == 0 || length >= max_length) {
        return;
      }
      node = &nodes_[base + byte(length + 1)];
      if ((node->base_label & 0xFF) != byte(length + 1)) {
        return;
      }
    }
  }

 private:
  std::vector<Node> singles_;
  std::vector<Node> pairs_;
  std::vector<Node> nodes_;
};

}  // namespace yonder::tokenizer
