// SPDX-License-Identifier: Apache-2.0
// An n-gram of 1 to 7 bytes as one number that sorts as the bytes do.
//
//   key = value * 8 + length
//
// Windows of a model of order N have value = the bytes as an N-byte big-endian number, padded with
// zeros behind (a window is shorter than N at the end of a chunk only). So numeric order is order
// by bytes, then by length, and all windows that begin with the same bytes lie together.
// Kept n-grams of length j have value = their j bytes. Test: ngram_counts_test.cpp.
#pragma once

#include <bit>
#include <cstdint>
#include <cstring>

namespace yonder::tokenizer {

inline constexpr int kMaxOrder = 7;

struct NgramCount {
  uint64_t key = 0;
  uint64_t count = 0;
  bool operator==(const NgramCount&) const = default;
};

/// The eight bytes at `text` as a big-endian number.
inline uint64_t load_big_endian(const char* text) {
  uint64_t value = 0;
  std::memcpy(&value, text, sizeof value);
  if constexpr (std::endian::native == std::endian::little) {
    value = __builtin_bswap64(value);
  }
  return value;
}

inline int ngram_length(uint64_t key) { return static_cast<int>(key & 7); }

/// Key of the n-gram of `length` bytes that begins eight loaded bytes; 1 <= length <= 7.
inline uint64_t ngram_key(uint64_t loaded, int length) {
  return (loaded >> (64 - 8 * length) << 3) | static_cast<uint64_t>(length);
}

/// Key of a window of `length` <= order bytes in a model of order `order`.
inline uint64_t window_key(uint64_t loaded, int length, int order) {
  return (loaded >> (64 - 8 * length) << (8 * (order - length) + 3)) |
         static_cast<uint64_t>(length);
}

/// Key of the first `length` bytes of a window that has at least so many.
inline uint64_t prefix_of_window(uint64_t window, int length, int order) {
  return (window >> (8 * (order - length) + 3) << 3) | static_cast<uint64_t>(length);
}

/// Spreads keys over 64 bits; the top bits are the best.
inline uint64_t hash_ngram(uint64_t key) {
  key ^= key >> 29;
  return key * 0x9e3779b97f4a7c15U;
}

/// Maps a hash to 0..capacity-1, for any capacity.
inline uint64_t slot_of(uint64_t hash, uint64_t capacity) {
  return static_cast<uint64_t>((static_cast<unsigned __int128>(hash) * capacity) >> 64);
}

}  // namespace yonder::tokenizer
