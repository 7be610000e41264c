// SPDX-License-Identifier: Apache-2.0
// Blockwise attention on the CPU under any position scheme: one text, all heads, without torch.
// This is the only code of the runtime that acts on branches, windows, sinks, dynamic stretches,
// decays and biases; `attention` (blockwise_attention.h) hands tensors to it.
//
// Idea. Keys come un-rotated. A tile of 64 queries meets a tile of 64 keys; by the distances that
// occur between them it is near only, far only, both, or invisible, and only the vectors of keys
// that straddle the split are computed twice. Keys are turned once per call where one table of
// angles serves all queries (static schemes), and once per block of queries where it does not
// (dynamic schemes, XPOS), by R_(J0 + u) = R_J0 R_u: the table of R_u is the same for all tiles
// and R_J0 is one angle per channel pair. Angles are float64, cosines and sines float32. The
// softmax is online; memory is O(keys), never queries x keys. One query (decoding) takes a path of
// its own that reads keys and values once, in their own type.
// Source: kexue.fm 9708, 9948; FlashAttention (arXiv 2205.14135) for the online softmax; spec in
// docs/math/lm.md. Reference: position/scheme_reference.h. Test: attention_kernel_test.cpp.
#pragma once

#include "yonder/lm/position/scheme.h"

#include <cstdint>
#include <span>

namespace yonder::lm::internal {

enum class ElementType : uint8_t { f32, bf16 };

/// [heads, rows, width] in memory; the channels of a row lie side by side.
struct HeadsView {
  const void* data = nullptr;
  ElementType type = ElementType::f32;
  int64_t head_stride = 0;  ///< elements from one head to the next
  int64_t row_stride = 0;   ///< elements from one row to the next
};

/// Keys that lie one after another both in memory and in the text.
struct KeyRun {
  int64_t row = 0;       ///< of the first one, in k and v
  int64_t position = 0;  ///< of the first one, in the text
  int64_t count = 0;
};

struct AttentionProblem {
  int64_t heads = 0;             ///< H
  int64_t kv_heads = 0;          ///< Hkv, divides H; query head h reads kv head h / (H / Hkv)
  int64_t width = 0;             ///< d, channels of a head; even; pair c is channels c and c + d/2
  int64_t queries = 0;           ///< Tq
  int64_t q_position = 0;        ///< of the first query; the others follow
  HeadsView q;                   ///< [H, Tq, d], un-rotated
  HeadsView k, v;                ///< [Hkv, rows, d], un-rotated; of one type
  std::span<const KeyRun> keys;  ///< disjoint; those later than a query are not seen by it
  double factor = 0;             ///< c, multiplies the logits (usually d^(-1/2))
  void* out = nullptr;           ///< [H, Tq, d], of q's type
  int64_t out_head_stride = 0;
  int64_t out_row_stride = 0;
  int threads = 1;    ///< changes no bit of the result
  int64_t tile = 64;  ///< queries and keys of a tile, 16, 32 or 64; for tests and measurements
};

/// Fills problem.out. A query that sees no key gets zeros. Results do not depend on how a text is
/// cut into calls beyond rounding (1e-6). Cost: 4 d flops per visible pair of query and key.
void blockwise_attention(const AttentionProblem& problem, const PositionScheme& scheme);

}  // namespace yonder::lm::internal
