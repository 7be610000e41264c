// SPDX-License-Identifier: Apache-2.0
// One row of attention straight from the formula of scheme.h, in float64, a key at a time. Linked
// into tests only: what every fast path is compared with. Cost O(T d) a row, nothing is shared
// between keys. Test: scheme_reference_test.cpp (the vectors of the specification).
#pragma once

#include "yonder/lm/position/scheme.h"

#include <cstdint>
#include <span>
#include <vector>

namespace yonder::lm {

/// How the channels of a head are paired.
enum class PairLayout : uint8_t {
  half,        ///< (x_c, x_{c + d/2}): Hugging Face
  interleaved  ///< (x_{2c}, x_{2c+1}): llama2.c
};

struct ReferenceHead {
  int64_t head = 0, heads = 1;  ///< for a bias per head
  double scale = 0;             ///< c: d^(-1/2), or what a norm puts in its place; 0: d^(-1/2)
  PairLayout layout = PairLayout::half;
};

struct ReferenceRow {
  std::vector<double> logits;  ///< [i + 1], -infinity where the key is not visible
  double log_sum_exp = 0;
  std::vector<double> output;  ///< [d]
};

/// Row i. q [d], its query; k, v [T, d] row-major, T > i; d = scheme.rope().dims. Keys un-rotated.
ReferenceRow attention_row_reference(const PositionScheme& scheme, int64_t i,
                                     std::span<const double> q, std::span<const double> k,
                                     std::span<const double> v, const ReferenceHead& head = {});

}  // namespace yonder::lm
