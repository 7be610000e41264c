// SPDX-License-Identifier: Apache-2.0
// A direct-mapped cache of words: most words of a text never reach the merging. Test:
// byte_pair_test.cpp.
#pragma once

#include "yonder/tokenizer/bpe/internal/pair_tables.h"

#include <array>
#include <cstdint>
#include <cstring>
#include <string_view>
#include <vector>

namespace yonder::tokenizer::internal {

/// Words and their ids, the last word that came to a place. An entry is one cache line. Small at
/// first, so that an encoder for one line costs little; it grows with the words it is asked for.
class WordCache {
 public:
  /// A short word in registers. Words of one length have different bytes[].
  struct Key {
    std::array<uint64_t, 3> bytes{};
    uint32_t length = 0;  // of the word, and kPart

    bool operator==(const Key& other) const {
      return ((bytes[0] ^ other.bytes[0]) | (bytes[1] ^ other.bytes[1]) |
              (bytes[2] ^ other.bytes[2]) | (length ^ other.length)) == 0;
    }
    bool is_ascii() const { return ((bytes[0] | bytes[1] | bytes[2]) & 0x8080808080808080) == 0; }
    uint64_t hash() const { return mix(mix(mix(bytes[0] ^ length) ^ bytes[1]) ^ bytes[2]); }
  };
  struct alignas(64) Entry {
    Key key;             // length 0: the entry is empty
    uint32_t count = 0;  // of ids
    std::array<uint32_t, 7> ids{};
  };
  static_assert(sizeof(Entry) == 64);
  static constexpr size_t kLongest = 24;    // bytes of a word
  static constexpr uint32_t kPart = 0x100;  // the word is a part of a longer one

  explicit WordCache(bool used) : entries_(used ? kFewEntries : 0) {}
  /// Loads may overlap, and none leaves the word. 1 <= word.size() <= kLongest.
  static Key key_of(std::string_view word) {
    const char* const begin = word.data();
    const char* const end = begin + word.size();
    const auto length = static_cast<uint32_t>(word.size());
    if (length > 16) {
      return {{load<uint64_t>(begin), load<uint64_t>(begin + 8), load<uint64_t>(end - 8)}, length};
    }
    if (length >= 8) {
      return {{load<uint64_t>(begin), load<uint64_t>(end - 8), 0}, length};
    }
    if (length >= 4) {
      return {{load<uint32_t>(begin) | load<uint32_t>(end - 4) << 32, 0, 0}, length};
    }
    const auto byte = [&](size_t i) { return uint64_t{static_cast<unsigned char>(begin[i])}; };
    return {{byte(0) | byte(length / 2) << 8 | byte(length - 1) << 16, 0, 0}, length};
  }
  /// The entry that holds the word, if entry.key == key, or that may be made to hold it.
  Entry& at(const Key& key) { return entries_[key.hash() & (entries_.size() - 1)]; }
  /// A word is about to be put into an entry of at(): after as many as there are entries, the cache
  /// grows and is empty again, and the entry must be looked up anew.
  bool grows() {
    if (++put_ < entries_.size() || entries_.size() == kEntries) {
      return false;
    }
    entries_.assign(kEntries, Entry{});
    return true;
  }

 private:
  static constexpr size_t kFewEntries = 1 << 8;  // 16 KiB
  static constexpr size_t kEntries = 1 << 14;    // 1 MiB

  template <typename T>
  static uint64_t load(const char* from) {
    T value;
    std::memcpy(&value, from, sizeof value);
    return value;
  }

  std::vector<Entry> entries_;
  size_t put_ = 0;  // words put in
};

}  // namespace yonder::tokenizer::internal
