// SPDX-License-Identifier: Apache-2.0
// Counter-based random numbers: Philox4x32-10. A number depends only on (seed, stream, index), so
// splitting work over threads cannot change results. Use one stream per document, image or step.
//
//   Rng rng(seed, document);
//   double u = rng.uniform();
//
// Not cryptographic. Source: Salmon et al. 2011, "Parallel random numbers: as easy as 1, 2, 3";
// known-answer vectors of Random123 in random_test.cpp.
#pragma once

#include <array>
#include <cstdint>

namespace yonder {

/// The 10-round Philox4x32 block function.
std::array<uint32_t, 4> philox4x32(std::array<uint32_t, 4> counter, std::array<uint32_t, 2> key);

/// One stream of numbers. With block = index div 2, number `index` of stream `stream` is half
/// (index mod 2) of philox4x32 at counter (block, block >> 32, stream, stream >> 32) under the key
/// (seed, seed >> 32), all mod 2^32; half 0 is x0 + 2^32 x1, half 1 is x2 + 2^32 x3.
class Rng {
 public:
  explicit Rng(uint64_t seed, uint64_t stream = 0) : seed_(seed), stream_(stream) {}
  /// The next 64 random bits.
  uint64_t next();
  /// Uniform in [0, 1), 53 bits.
  double uniform();
  /// Uniform in (0, 1): safe under log.
  double uniform_open();
  /// Standard normal (Box-Muller, one value per two draws).
  double normal();
  /// Uniform in 0..n-1 without bias (n >= 1).
  uint64_t below(uint64_t n);

 private:
  uint64_t seed_;
  uint64_t stream_;
  uint64_t index_ = 0;  // of the next block
  std::array<uint32_t, 4> block_{};
  int left_ = 0;  // 64-bit words left in block_
};

}  // namespace yonder
