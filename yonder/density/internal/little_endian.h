// SPDX-License-Identifier: Apache-2.0
// Numbers in bytes, lowest byte first, on machines of any byte order.
#pragma once

#include <bit>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <string>
#include <type_traits>

namespace yonder::density::internal {

/// Writes a whole number to the bytes at `out`.
template <std::integral Integer>
void set(char* out, Integer value) {
  for (size_t k = 0; k < sizeof(value); ++k) {
    out[k] = static_cast<char>(static_cast<std::make_unsigned_t<Integer>>(value) >> (8 * k) & 0xFF);
  }
}

/// Appends a whole number.
template <std::integral Integer>
void put(std::string& out, Integer value) {
  char bytes[sizeof(value)];
  set(bytes, value);
  out.append(bytes, sizeof(value));
}

inline void put(std::string& out, double value) { put(out, std::bit_cast<uint64_t>(value)); }

/// The whole number whose bytes begin at `bytes`.
template <std::integral Integer>
Integer get(const char* bytes) {
  // One load instruction on little-endian machines. In 64 bits, so that nothing is promoted.
  uint64_t value = 0;
  for (size_t k = 0; k < sizeof(Integer); ++k) {
    value |= uint64_t{static_cast<unsigned char>(bytes[k])} << (8 * k);
  }
  return static_cast<Integer>(value);
}

inline double get_double(const char* bytes) { return std::bit_cast<double>(get<uint64_t>(bytes)); }

}  // namespace yonder::density::internal
