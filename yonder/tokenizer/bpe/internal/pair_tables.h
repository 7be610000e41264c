// SPDX-License-Identifier: Apache-2.0
// What merging looks up: the result of a pair of symbols, the id of a piece, the symbol of a
// character. Flat tables, read only after they were built. Test: byte_pair_test.cpp.
#pragma once

#include "yonder/base/error.h"
#include "yonder/base/utf8.h"
#include "yonder/tokenizer/bpe/byte_pair.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace yonder::tokenizer::internal {

inline constexpr uint32_t kNoRank = UINT32_MAX;
inline constexpr uint32_t kUnknown = UINT32_MAX;  // a symbol that merges with nothing
inline constexpr std::string_view kSpace =
    "\xE2\x96\x81";  // U+2581, for a space in SentencePiece's models
inline constexpr size_t kLongestScoredPiece =
    1000;  // bytes; the table of its splits is quadratic in it

inline uint64_t mix(uint64_t x) {
  x *= 0x9E3779B97F4A7C15;
  return x ^ (x >> 32);
}

struct Merge {
  uint32_t rank = kNoRank;
  uint32_t result = 0;
};

struct RankedPair {
  uint32_t left;
  uint32_t right;
  Merge merge;
};

/// Pairs of symbols and what becomes of them: open addressing, at most half full.
class PairTable {
 public:
  /// Of two entries for one pair the later counts.
  void build(const std::vector<RankedPair>& pairs) {
    const size_t size = std::bit_ceil(std::max<size_t>(2 * pairs.size(), 16));
    slots_.assign(size, Slot{});
    shift_ = 64 - std::countr_zero(size);
    for (const RankedPair& pair : pairs) {
      const uint64_t key = key_of(pair.left, pair.right);
      slots_[slot_of(key)] = {key, pair.merge};
    }
  }
  Merge find(uint32_t left, uint32_t right) const {
    return slots_[slot_of(key_of(left, right))].merge;  // an empty slot holds kNoRank
  }

 private:
  // Two kUnknown make no pair, so that key is free to mean an empty slot.
  static constexpr uint64_t kEmpty = UINT64_MAX;
  struct Slot {
    uint64_t key = kEmpty;
    Merge merge;
  };
  static uint64_t key_of(uint32_t left, uint32_t right) { return uint64_t{left} << 32 | right; }
  size_t slot_of(uint64_t key) const {
    size_t slot = (key * 0x9E3779B97F4A7C15) >> shift_;
    while (slots_[slot].key != key && slots_[slot].key != kEmpty) {
      slot = (slot + 1) & (slots_.size() - 1);
    }
    return slot;
  }

  std::vector<Slot> slots_;
  int shift_ = 0;
};

/// Ids by text: open addressing over the pieces, which it does not own.
class PieceIndex {
 public:
  PieceIndex(const std::vector<std::string>& pieces, const std::string& name) {
    slots_.assign(std::bit_ceil(std::max<size_t>(2 * pieces.size(), 16)), Slot{});
    for (size_t id = 0; id < pieces.size(); ++id) {
      if (pieces[id].empty()) {
        continue;
      }
      const uint32_t hash = hash_of(pieces[id]);
      Slot& slot = slots_[slot_of(pieces[id], hash, pieces)];
      require(slot.id == kNoPiece, ErrorKind::bad_data,
              "{}: ids {} and {} are the same piece, \"{}\"; each piece may have one id", name,
              slot.id, id, utf8_replace_invalid(pieces[id]));
      slot = {hash, static_cast<uint32_t>(id)};
    }
  }
  /// The id, or kNoPiece.
  uint32_t find(std::string_view text, const std::vector<std::string>& pieces) const {
    return text.empty() ? kNoPiece : slots_[slot_of(text, hash_of(text), pieces)].id;
  }

 private:
  struct Slot {
    uint32_t hash = 0;
    uint32_t id = kNoPiece;
  };
  static uint32_t hash_of(std::string_view text) {
    return static_cast<uint32_t>(mix(std::hash<std::string_view>()(text)));
  }
  size_t slot_of(std::string_view text, uint32_t hash,
                 const std::vector<std::string>& pieces) const {
    size_t slot = hash & (slots_.size() - 1);
    while (slots_[slot].id != kNoPiece &&
           (slots_[slot].hash != hash || pieces[slots_[slot].id] != text)) {
      slot = (slot + 1) & (slots_.size() - 1);
    }
    return slot;
  }

  std::vector<Slot> slots_;
};

/// Symbols by code point: pages of 256, of which only the used ones exist.
class CharacterTable {
 public:
  CharacterTable() : values_(256, kUnknown) {}
  void set(int32_t code_point, uint32_t symbol) {
    uint32_t& page = pages_[static_cast<size_t>(code_point) >> 8];
    if (page == 0) {
      page = static_cast<uint32_t>(values_.size());
      values_.resize(values_.size() + 256, kUnknown);
    }
    values_[page + (static_cast<uint32_t>(code_point) & 0xFF)] = symbol;
  }
  uint32_t find(int32_t code_point) const {
    return values_[pages_[static_cast<size_t>(code_point) >> 8] +
                   (static_cast<uint32_t>(code_point) & 0xFF)];
  }

 private:
  std::array<uint32_t, 0x1100> pages_{};  // where a page begins in values_; 0: the empty one
  std::vector<uint32_t> values_;
};

}  // namespace yonder::tokenizer::internal
