// SPDX-License-Identifier: Apache-2.0
// Random numbers keyed by place: u(seed, document, end position), so that a sampled segmentation
// does not depend on threads, batches, chunking or streaming.
//
// The mixing function is the finaliser of SplitMix64 (Steele, Lea, Flood 2014). It is the
// tokenizer's own, not base/random.h, because published test vectors depend on it.
// Test: keyed_random_test.cpp.
#pragma once

#include <cstdint>

namespace yonder::tokenizer {

constexpr uint64_t mix(uint64_t x) {
  x ^= x >> 30;
  x *= 0xbf58476d1ce4e5b9;
  x ^= x >> 27;
  x *= 0x94d049bb133111eb;
  x ^= x >> 31;
  return x;
}

inline constexpr uint64_t kGolden = 0x9e3779b97f4a7c15;

/// The part of the key that a document's draws share.
constexpr uint64_t document_key(uint64_t seed, uint64_t document) {
  return mix(seed + kGolden * (document + 1));
}

/// Uniform in [0, 1), a multiple of 2^-53. end: bytes from the document's start to the end of the
/// piece drawn.
constexpr double keyed_uniform(uint64_t document_key, uint64_t end) {
  return static_cast<double>(mix(document_key + kGolden * (end + 1)) >> 11) * 0x1p-53;
}

/// The seed of an epoch, so that each epoch draws anew; epoch 0 is the seed itself.
constexpr uint64_t epoch_seed(uint64_t seed, uint64_t epoch) {
  return epoch == 0 ? seed : mix(seed ^ epoch);
}

}  // namespace yonder::tokenizer
