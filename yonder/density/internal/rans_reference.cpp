// SPDX-License-Identifier: Apache-2.0
#include "yonder/density/internal/rans_reference.h"

#include <bit>
#include <utility>

namespace yonder::density::internal {
namespace {

// A whole number, 32 bits to a digit, the lowest first.
using Whole = std::vector<uint32_t>;

void multiply_add(Whole& x, uint32_t factor, uint32_t addend) {
  uint64_t carry = addend;
  for (uint32_t& digit : x) {
    carry += uint64_t{digit} * factor;
    digit = static_cast<uint32_t>(carry);
    carry >>= 32;
  }
  if (carry != 0) {
    x.push_back(static_cast<uint32_t>(carry));
  }
}

uint32_t divide(Whole& x, uint32_t divisor) {
  uint64_t rest = 0;
  for (size_t i = x.size(); i-- > 0;) {
    rest = rest << 32 | x[i];
    x[i] = static_cast<uint32_t>(rest / divisor);
    rest %= divisor;
  }
  while (!x.empty() && x.back() == 0) {
    x.pop_back();
  }
  return static_cast<uint32_t>(rest);
}

std::vector<uint32_t> starts(const Frequencies& frequencies) {
  std::vector<uint32_t> result = {0};
  for (const uint32_t count : frequencies.counts) {
    result.push_back(result.back() + count);
  }
  return result;
}

Whole code(const Frequencies& frequencies, std::span<const uint32_t> symbols) {
  const std::vector<uint32_t> start = starts(frequencies);
  Whole x = {1};
  for (size_t i = symbols.size(); i-- > 0;) {
    const uint32_t symbol = symbols[i];
    const uint32_t rest = divide(x, frequencies.counts[symbol]);
    multiply_add(x, uint32_t{1} << frequencies.precision, start[symbol] + rest);
  }
  return x;
}

}  // namespace

uint64_t rans_bits_reference(const Frequencies& frequencies, std::span<const uint32_t> symbols) {
  const Whole x = code(frequencies, symbols);
  return x.empty() ? 0 : 32 * (x.size() - 1) + static_cast<uint64_t>(std::bit_width(x.back()));
}

std::vector<uint32_t> rans_round_trip_reference(const Frequencies& frequencies,
                                                std::span<const uint32_t> symbols) {
  const std::vector<uint32_t> start = starts(frequencies);
  Whole x = code(frequencies, symbols);
  std::vector<uint32_t> decoded;
  for (size_t i = 0; i < symbols.size(); ++i) {
    const uint32_t slot = divide(x, uint32_t{1} << frequencies.precision);
    uint32_t symbol = 0;
    while (start[symbol + 1] <= slot) {
      ++symbol;
    }
    multiply_add(x, frequencies.counts[symbol], slot - start[symbol]);
    decoded.push_back(symbol);
  }
  return decoded;
}

}  // namespace yonder::density::internal
