// SPDX-License-Identifier: Apache-2.0
#include "yonder/tokenizer/piece_trie.h"

#include "yonder/base/error.h"

#include <algorithm>
#include <bit>
#include <queue>
#include <string>
#include <utility>

namespace yonder::tokenizer {
namespace {

constexpr size_t kBytes = 256;
constexpr size_t kPairs = kBytes * kBytes;
// Slots 0..255 answer for base 0 and hold no node; bases start behind them.
constexpr size_t kFirstSlot = 256;
// Links have 24 bits, and the array of WeightedTrie begins with the other parts.
constexpr size_t kMaxNodes = (size_t{1} << 24) - kPairs - 4 * kBytes;
// A word of slots that was passed over this often is taken as full: keeps placing linear.
constexpr size_t kMaxScanWords = 16;

// One bit per slot, 1 = free, read 64 at a time from any position.
class FreeSlots {
 public:
  void grow(size_t slots) {
    if (bits_.size() < slots / 64 + 8) {
      bits_.resize(2 * (slots / 64) + 64, ~uint64_t{0});
    }
  }
  void take(size_t slot) { bits_[slot >> 6] &= ~(uint64_t{1} << (slot & 63)); }
  uint64_t word_at(size_t slot) const {
    const size_t word = slot >> 6;
    const size_t shift = slot & 63;
    return shift == 0 ? bits_[word] : (bits_[word] >> shift) | (bits_[word + 1] << (64 - shift));
  }

 private:
  std::vector<uint64_t> bits_;
};

// Finds bases first-fit, 64 candidates at a time: the and of the free slots shifted by each label.
class BaseAllocator {
 public:
  BaseAllocator() {
    grow(kFirstSlot + kBytes);
    for (size_t slot = 0; slot < kFirstSlot; ++slot) {
      slots_.take(slot);
      bases_.take(slot);
    }
  }

  // A base whose slots base + label are all free; takes them and the base itself.
  uint32_t place(std::span<const uint8_t> labels) {
    for (size_t word = first_word_;; ++word) {
      grow(word * 64 + 2 * kBytes);
      uint64_t fits = bases_.word_at(word * 64);
      for (size_t i = 0; i < labels.size() && fits != 0; ++i) {
        fits &= slots_.word_at(word * 64 + labels[i]);
      }
      if (fits != 0) {
        const size_t base = word * 64 + static_cast<size_t>(std::countr_zero(fits));
        bases_.take(base);
        for (const uint8_t label : labels) {
          slots_.take(base + label);
          end_ = std::max(end_, base + label + 1);
        }
        return static_cast<uint32_t>(base);
      }
      if (word == first_word_ + kMaxScanWords) {
        ++first_word_;
      }
    }
  }

  // One past the last slot in use.
  size_t end() const { return end_; }

 private:
  void grow(size_t slots) {
    slots_.grow(slots);
    bases_.grow(slots);
  }

  FreeSlots slots_;
  FreeSlots bases_;  // each base belongs to one parent, see the header
  size_t first_word_ = 0;
  size_t end_ = kFirstSlot;
};

// The pieces sorted by their reversed bytes: the children of a node are ranges of it.
struct ReversedPieces {
  std::span<const std::string_view> pieces;
  std::vector<uint32_t> order;
  std::vector<double> weight_before;  // running sum of counts, for the layout only

  size_t length(size_t i) const { return pieces[order[i]].size(); }
  uint8_t byte(size_t i, size_t depth) const {
    const std::string_view piece = pieces[order[i]];
    return static_cast<uint8_t>(piece[piece.size() - 1 - depth]);
  }
};

// Indices of the pieces that are not empty, sorted by their reversed bytes. Most comparisons are
// decided by the last eight bytes, held beside the index as one number.
std::vector<uint32_t> sort_reversed(std::span<const std::string_view> pieces) {
  struct Entry {
    uint64_t last_bytes;
    uint32_t index;
  };
  std::vector<Entry> entries;
  entries.reserve(pieces.size());
  for (uint32_t i = 0; i < pieces.size(); ++i) {
    const std::string_view piece = pieces[i];
    uint64_t last_bytes = 0;
    for (size_t back = 1; back <= std::min<size_t>(piece.size(), 8); ++back) {
      last_bytes |= uint64_t{static_cast<uint8_t>(piece[piece.size() - back])} << (64 - 8 * back);
    }
    if (!piece.empty()) {
      entries.push_back({last_bytes, i});
    }
  }
  std::sort(entries.begin(), entries.end(), [&](const Entry& a, const Entry& b) {
    if (a.last_bytes != b.last_bytes) {
      return a.last_bytes < b.last_bytes;
    }
    const std::string_view x = pieces[a.index];
    const std::string_view y = pieces[b.index];
    return std::lexicographical_compare(
        x.rbegin(), x.rend(), y.rbegin(), y.rend(),
        [](char p, char q) { return static_cast<uint8_t>(p) < static_cast<uint8_t>(q); });
  });
  std::vector<uint32_t> order;
  order.reserve(entries.size());
  for (const Entry& entry : entries) {
    order.push_back(entry.index);
  }
  return order;
}

// Pieces first..last-1 share their last `depth` bytes and are longer than that; their children go
// below `parent`.
struct Family {
  double weight;
  size_t first;
  size_t last;
  size_t depth;
  bool below_pair;
  size_t parent;
  bool operator<(const Family& other) const { return weight < other.weight; }
};

}  // namespace

PieceTrie::PieceTrie(std::span<const std::string_view> pieces, std::span<const uint64_t> counts,
                     uint32_t first_id)
    : singles_(kBytes), pairs_(kPairs) {
  ReversedPieces sorted{pieces, sort_reversed(pieces), {0.0}};
  sorted.weight_before.reserve(pieces.size() + 1);
  for (const uint32_t piece : sorted.order) {
    sorted.weight_before.push_back(sorted.weight_before.back() +
                                   static_cast<double>(counts[piece]));
  }

  std::vector<Node>& nodes = nodes_;
  nodes.resize(kFirstSlot + kBytes);
  std::priority_queue<Family> open;
  const auto add_family = [&](size_t first, size_t last, size_t depth, bool below_pair,
                              size_t parent) {
    if (first < last) {
      open.push({sorted.weight_before[last] - sorted.weight_before[first], first, last, depth,
                 below_pair, parent});
    }
  };

  for (size_t i = 0; i < sorted.order.size();) {
    const uint32_t id = first_id + sorted.order[i];
    const uint8_t last_byte = sorted.byte(i, 0);
    if (sorted.length(i) == 1) {
      singles_[last_byte].id = id;
      ++i;
      continue;
    }
    const size_t pair = size_t{last_byte} << 8 | sorted.byte(i, 1);
    size_t last = i;
    while (last < sorted.order.size() && sorted.length(last) > 1 &&
           sorted.byte(last, 0) == last_byte && sorted.byte(last, 1) == (pair & 0xFF)) {
      ++last;
    }
    const bool is_piece = sorted.length(i) == 2;
    if (is_piece) {
      pairs_[pair].id = id;
    }
    add_family(i + (is_piece ? 1 : 0), last, 2, true, pair);
    i = last;
  }

  BaseAllocator allocator;
  std::vector<uint8_t> labels;
  std::vector<size_t> starts;
  while (!open.empty()) {
    const Family family = open.top();
    open.pop();
    labels.clear();
    starts.clear();
    for (size_t i = family.first; i < family.last; ++i) {
      const uint8_t label = sorted.byte(i, family.depth);
      if (labels.empty() || labels.back() != label) {
        labels.push_back(label);
        starts.push_back(i);
      }
    }
    starts.push_back(family.last);
    const uint32_t base = allocator.place(labels);
    require(allocator.end() <= kMaxNodes, ErrorKind::bad_data,
            "the vocabulary needs more than {} trie nodes; use a smaller one", kMaxNodes);
    if (nodes.size() < size_t{base} + kBytes) {
      nodes.resize(std::max(size_t{base} + kBytes, nodes.size() + nodes.size() / 2));
    }
    Node& parent = family.below_pair ? pairs_[family.parent] : nodes[family.parent];
    parent.base_label |= base << 8;
    for (size_t child = 0; child < labels.size(); ++child) {
      size_t first = starts[child];
      const size_t slot = size_t{base} + labels[child];
      nodes[slot].base_label = labels[child];
      if (sorted.length(first) == family.depth + 1) {
        nodes[slot].id = first_id + sorted.order[first];
        ++first;
      }
      add_family(first, starts[child + 1], family.depth + 1, false, slot);
    }
  }

  // Slots without a node stay {0, 0}: a walk that meets one by label 0 finds no piece and no
  // children there, which is the same as not matching.
  nodes.resize(allocator.end() + kBytes);
  nodes.shrink_to_fit();
}

PieceTrie::PieceTrie(std::vector<Node> singles, std::vector<Node> pairs, std::vector<Node> nodes,
                     std::span<const std::string_view> pieces, uint32_t first_id,
                     const std::string& name)
    : singles_(std::move(singles)), pairs_(std::move(pairs)), nodes_(std::move(nodes)) {
  require(singles_.size() == kBytes && pairs_.size() == kPairs &&
              nodes_.size() >= kFirstSlot + kBytes && nodes_.size() <= kMaxNodes + kBytes,
          ErrorKind::bad_data, "{}: the trie's arrays have impossible sizes; rebuild the file",
          name);
  // Each base has one parent, so each slot is reached in one way.
  std::vector<bool> taken(nodes_.size());
  size_t ids = 0;
  for (const Node& node : singles_) {
    ids += node.id != 0 ? 1 : 0;
  }
  for (const auto* part : {&pairs_, &nodes_}) {
    for (const Node& node : *part) {
      ids += node.id != 0 ? 1 : 0;
      const size_t base = node.base_label >> 8;
      if (base != 0) {
        require(base >= kFirstSlot && base + kBytes <= nodes_.size() && !taken[base],
                ErrorKind::bad_data, "{}: the trie has a link to a wrong place; rebuild the file",
                name);
        taken[base] = true;
      }
    }
  }
  // All pieces are there, and nothing but what leads to them.
  std::vector<bool> on_path(nodes_.size());
  size_t found = 0;
  for (size_t i = 0; i < pieces.size(); ++i) {
    const std::string_view piece = pieces[i];
    if (piece.empty()) {
      continue;
    }
    require(find(piece) == first_id + i, ErrorKind::bad_data,
            "{}: the trie does not hold the piece of id {}; rebuild the file", name, first_id + i);
    ++found;
    if (piece.size() > 2) {
      const auto byte = [&](size_t back) {
        return static_cast<uint8_t>(piece[piece.size() - back]);
      };
      const Node* node = &pairs_[size_t{byte(1)} << 8 | byte(2)];
      for (size_t length = 3; length <= piece.size(); ++length) {
        const size_t slot = (node->base_label >> 8) + byte(length);
        on_path[slot] = true;
        node = &nodes_[slot];
      }
    }
  }
  bool rest_empty = ids == found;
  for (size_t slot = 0; slot < nodes_.size() && rest_empty; ++slot) {
    rest_empty = on_path[slot] || (nodes_[slot].base_label == 0 && nodes_[slot].id == 0);
  }
  require(rest_empty, ErrorKind::bad_data,
          "{}: the trie holds more than the pieces; rebuild the file", name);
}

std::optional<uint32_t> PieceTrie::find(std::string_view piece) const {
  if (piece.empty() || singles_.empty()) {
    return std::nullopt;
  }
  const auto byte = [&](size_t back) { return static_cast<uint8_t>(piece[piece.size() - back]); };
  const auto result = [](uint32_t id) { return id == 0 ? std::nullopt : std::optional(id); };
  if (piece.size() == 1) {
    return result(singles_[byte(1)].id);
  }
  const Node* node = &pairs_[size_t{byte(1)} << 8 | byte(2)];
  for (size_t length = 3; length <= piece.size(); ++length) {
    const uint32_t base = node->base_label >> 8;
    node = &nodes_[base + byte(length)];
    if (base == 0 || (node->base_label & 0xFF) != byte(length)) {
      return std::nullopt;
    }
  }
  return result(node->id);
}

}  // namespace yonder::tokenizer
