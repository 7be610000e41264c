// SPDX-License-Identifier: Apache-2.0
// The block function, and the distributions over it; how (seed, stream, index) becomes a counter
// and a key stands in random.h. Every stream has 2^65 numbers before it repeats, and no two pairs
// (seed, stream) share a block.
#include "yonder/base/random.h"

#include "yonder/base/error.h"

#include <cmath>
#include <numbers>

namespace yonder {

std::array<uint32_t, 4> philox4x32(std::array<uint32_t, 4> counter, std::array<uint32_t, 2> key) {
  // Multipliers and Weyl constants of the paper, section 5.3 (golden ratio and sqrt(3) - 1).
  constexpr uint64_t kMultiplier0 = 0xD2511F53;
  constexpr uint64_t kMultiplier1 = 0xCD9E8D57;
  constexpr uint32_t kWeyl0 = 0x9E3779B9;
  constexpr uint32_t kWeyl1 = 0xBB67AE85;
  for (int round = 0; round < 10; ++round) {
    const uint64_t product0 = kMultiplier0 * counter[0];
    const uint64_t product1 = kMultiplier1 * counter[2];
    counter = {static_cast<uint32_t>(product1 >> 32) ^ counter[1] ^ key[0],
               static_cast<uint32_t>(product1),
               static_cast<uint32_t>(product0 >> 32) ^ counter[3] ^ key[1],
               static_cast<uint32_t>(product0)};
    key[0] += kWeyl0;
    key[1] += kWeyl1;
  }
  return counter;
}

uint64_t Rng::next() {
  if (left_ == 0) {
    block_ = philox4x32({static_cast<uint32_t>(index_), static_cast<uint32_t>(index_ >> 32),
                         static_cast<uint32_t>(stream_), static_cast<uint32_t>(stream_ >> 32)},
                        {static_cast<uint32_t>(seed_), static_cast<uint32_t>(seed_ >> 32)});
    ++index_;
    left_ = 2;
  }
  const size_t word = left_ == 2 ? 0 : 2;
  --left_;
  return static_cast<uint64_t>(block_[word + 1]) << 32 | block_[word];
}

double Rng::uniform() { return static_cast<double>(next() >> 11) * 0x1p-53; }

double Rng::uniform_open() { return (static_cast<double>(next() >> 12) + 0.5) * 0x1p-52; }

double Rng::normal() {
  const double radius = std::sqrt(-2.0 * std::log(uniform_open()));
  return radius * std::cos(2.0 * std::numbers::pi * uniform());
}

uint64_t Rng::below(uint64_t n) {
  YONDER_CHECK(n >= 1);
  // Lemire 2019, "Fast random integer generation in an interval": the high half of draw * n, with
  // the few low halves rejected that would make some results one draw likelier.
  unsigned __int128 product = static_cast<unsigned __int128>(next()) * n;
  if (static_cast<uint64_t>(product) < n) {
    const uint64_t threshold = (0 - n) % n;
    while (static_cast<uint64_t>(product) < threshold) {
      product = static_cast<unsigned __int128>(next()) * n;
    }
  }
  return static_cast<uint64_t>(product >> 64);
}

}  // namespace yonder
