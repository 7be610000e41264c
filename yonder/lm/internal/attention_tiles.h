// SPDX-License-Identifier: Apache-2.0
// The inner steps of blockwise attention, compiled once per instruction set (AVX-512, AVX2, SSE4,
// SSE2) and chosen at run time. Tiles of queries and keys are transposed, [d][64] floats, so that
// 16 keys at a time are one vector; values are rows. attention_kernel.cpp puts the steps together.
// All pointers may be unaligned unless said; nothing here throws or allocates.
#pragma once

#include "yonder/lm/internal/attention_kernel.h"

#include <cstddef>
#include <cstdint>

namespace yonder::lm::internal {

/// Floats of the widest vector: the pitch of the partial sums of a row.
constexpr size_t kMaxLanes = 16;

/// Rows row .. row + count - 1 of one head as [width][64] floats; columns from `count` on are 0.
void load_transposed(const HeadsView& view, int64_t head, int64_t row, size_t count, size_t width,
                     float* tile);

/// The same rows as [count][pitch] floats; channels from `width` on are 0.
void load_rows(const HeadsView& view, int64_t head, int64_t row, size_t count, size_t width,
               size_t pitch, float* rows);

/// Powers 0..63 of complex numbers, [64][n] floats each, by products in float64.
void fill_powers(const double* step_re, const double* step_im, size_t n, float* re, float* im);

/// Complex products: (re, im) *= (by_re, by_im), in float64.
void multiply_complex(const double* by_re, const double* by_im, size_t n, double* re, double* im);

/// q conj(k), narrowed: what turns a query where k is taken to it.
void relative_turn(const double* q_re, const double* q_im, const double* k_re, const double* k_im,
                   size_t n, float* re, float* im);

/// One row [width], turned by a complex number per channel pair [d/2].
void turn_query(const float* q, const float* re, const float* im, size_t width, float* out);

/// What a transposed tile is turned by: base (x) table, complex.
struct TileTurn {
  const float* base_re = nullptr;  ///< [d/2]; null: not turned
  const float* base_im = nullptr;
  const float* table_re = nullptr;  ///< [d/2][64]; null: 1
  const float* table_im = nullptr;
};

/// out = scale (row vector [64], null: 1) times the turned tile; out may not be `tile`.
void turn_tile(const float* tile, size_t width, const TileTurn& turn, const float* scale,
               float* out);

/// One query, turned to the tile, against keys first..last-1 of a transposed tile, which the table
/// turns. For queries that have angles of their own.
struct RowScores {
  const float* q;         ///< [width]
  const float* k;         ///< [width][64], not turned
  const float* table_re;  ///< [d/2][64]; null: keys are taken as they are
  const float* table_im;
  size_t width;
  size_t first, last;
};

/// Writes scores[first..last-1]; what lies behind them, up to 64, is lost.
void score_row(const RowScores& row, float* scores);

/// Running softmax of one head's block of queries.
struct SoftmaxState {
  float* maximum;  ///< [64]: a reference of the exponents, within 2^8 of the true maximum
  float* sum;      ///< [64][kMaxLanes]: partial sums
  float* out;      ///< [64][pitch]: sums of values
};

/// One tile of queries against one tile of keys.
struct TilePair {
  const float *q_near, *q_far;  ///< [width][64], turned and scaled by c lambda log2 e
  const float *k_near, *k_far;  ///< [width][64], turned
  const float* v;               ///< [keys][v_pitch]
  size_t v_pitch;
  size_t width, pitch;    ///< channels; floats of a row of `out`, a multiple of a vector
  size_t queries, keys;   ///< at most 64 each
  int64_t offset;         ///< position of query 0 less that of key 0
  int64_t split, window;  ///< near is m < split; visible is m < window ...
  int64_t sinks;          ///< ... or one of the first `sinks` keys of this tile
  const float* bias;      ///< at bias[u - r] stands that of query r and key u; null: none
  float* scores;          ///< [queries][64], of score_row, overwritten; null: made of q and k
};

/// Adds the tile's keys to the state.
void attend_tile(const TilePair& pair, const SoftmaxState& state);

/// Starts a state: nothing seen.
void clear_state(const SoftmaxState& state, size_t queries, size_t pitch);

/// out = sums / sum of weights, rows [queries][width] of `type`; zeros where nothing was seen.
void write_block(const SoftmaxState& state, size_t queries, size_t width, size_t pitch, void* out,
                 ElementType type, int64_t row_stride);

/// A few query heads of one position against at most 64 keys of one kv head, keys as they lie.
struct DecodeTile {
  HeadsView k, v;  ///< data: those of this tile's first row
  size_t keys = 0, width = 0, pitch = 0;
  size_t heads = 0;                ///< g
  const float* q = nullptr;        ///< [g][width], scaled
  const float* base_re = nullptr;  ///< [d/2]: turns q first; null: neither is turned
  const float* base_im = nullptr;
  const float* table_re = nullptr;  ///< [64][d/2]: turns key u
  const float* table_im = nullptr;
  const float* bias = nullptr;  ///< of key 0, the keys' following; null: none
  int64_t bias_pitch = 0;       ///< from one head to the next
};

/// Adds the keys to the state of the heads: maximum [g], sum [g][kMaxLanes], out [g][pitch].
/// workspace: decode_workspace(g, width) floats.
void decode_tile(const DecodeTile& tile, const SoftmaxState& state, float* workspace);
size_t decode_workspace(size_t heads, size_t width);

}  // namespace yonder::lm::internal
