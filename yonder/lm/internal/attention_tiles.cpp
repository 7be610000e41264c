// SPDX-License-Identifier: Apache-2.0
#include "yonder/lm/internal/attention_tiles.h"

#include "yonder/lm/internal/attention_plan.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <limits>
#include <type_traits>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "yonder/lm/internal/attention_tiles.cpp"
#include <hwy/foreach_target.h>  // compiles what lies between BEFORE and AFTER once per target
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace yonder::lm::internal::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

using D = hn::CappedTag<float, kMaxLanes>;
using V = hn::Vec<D>;

// A block of the matrix products: kRows queries by kVectors vectors of keys or channels, all sums
// in registers (32 of them with AVX-512, else 16).
constexpr size_t kRows = 6;
#if HWY_ARCH_X86 && HWY_TARGET <= HWY_AVX3
constexpr size_t kVectors = 4;
constexpr size_t kHeads = 4;  // query heads at a time in decoding
#else
constexpr size_t kVectors = 2;
constexpr size_t kHeads = 2;
#endif

// Exponents grow by at most this much before sums are scaled down.
constexpr float kSlack = 8;
constexpr float kNothingSeen = -1e30F;

// 2^x for x <= 128; 0 below 2^-126. Relative error 1e-7.
template <class DF>
HWY_INLINE hn::Vec<DF> exp2(DF d, hn::Vec<DF> x) {
  // Interpolates (2^f - 1) / f at Chebyshev nodes of [-1/2, 1/2]: 5e-9.
  const hn::RebindToSigned<DF> di;
  const auto magic = hn::Set(d, 12582912.0F);  // 1.5 2^23: the sum's low bits are round(x)
  const auto shifted = hn::Add(x, magic);
  const auto f = hn::Sub(x, hn::Sub(shifted, magic));
  auto p = hn::MulAdd(hn::Set(d, 1.5453163e-4F), f, hn::Set(d, 1.3390864e-3F));
  p = hn::MulAdd(p, f, hn::Set(d, 9.6180826e-3F));
  p = hn::MulAdd(p, f, hn::Set(d, 5.5503571e-2F));
  p = hn::MulAdd(p, f, hn::Set(d, 2.4022651e-1F));
  p = hn::MulAdd(p, f, hn::Set(d, 6.9314719e-1F));
  p = hn::MulAdd(p, f, hn::Set(d, 1.0F));
  const auto exponent = hn::ShiftLeft<23>(hn::BitCast(di, shifted));
  const auto power = hn::BitCast(d, hn::Add(hn::BitCast(di, p), exponent));
  return hn::IfThenElse(hn::Lt(x, hn::Set(d, -126.0F)), hn::Zero(d), power);
}

template <class DF>
HWY_INLINE hn::Vec<DF> load(DF d, const float* from) {
  return hn::LoadU(d, from);
}

template <class DF>
HWY_INLINE hn::Vec<DF> load(DF d, const uint16_t* from) {
  const hn::Rebind<uint16_t, DF> d16;
  const hn::Rebind<uint32_t, DF> d32;
  return hn::BitCast(d, hn::ShiftLeft<16>(hn::PromoteTo(d32, hn::LoadU(d16, from))));
}

HWY_INLINE float load_one(const float* from) { return *from; }
HWY_INLINE float load_one(const uint16_t* from) {
  return std::bit_cast<float>(static_cast<uint32_t>(*from) << 16);
}

template <typename T>
HWY_INLINE void load_row(const T* from, size_t width, float* to) {
  const D d;
  size_t c = 0;
  for (; c + hn::Lanes(d) <= width; c += hn::Lanes(d)) {
    hn::StoreU(load(d, from + c), d, to + c);
  }
  for (; c < width; ++c) {
    to[c] = load_one(from + c);
  }
}

void load_rows_here(const HeadsView& view, int64_t head, int64_t row, size_t count, size_t width,
                    size_t pitch, float* rows) {
  for (size_t r = 0; r < count; ++r) {
    const int64_t at = head * view.head_stride + (row + static_cast<int64_t>(r)) * view.row_stride;
    if (view.type == ElementType::f32) {
      load_row(static_cast<const float*>(view.data) + at, width, rows + r * pitch);
    } else {
      load_row(static_cast<const uint16_t*>(view.data) + at, width, rows + r * pitch);
    }
    std::fill(rows + r * pitch + width, rows + (r + 1) * pitch, 0.0F);
  }
}

// Four rows by four channels at a time.
template <typename T>
HWY_INLINE void transpose(const T* from, size_t row_stride, size_t count, size_t width,
                          float* tile) {
  size_t rows = 0;
  size_t channels = 0;
#if HWY_TARGET != HWY_SCALAR
  const hn::CappedTag<float, 4> d;
  const hn::Repartition<double, decltype(d)> dd;
  rows = count / 4 * 4;
  channels = width / 4 * 4;
  for (size_t r = 0; r < rows; r += 4) {
    const T* row = from + r * row_stride;
    for (size_t c = 0; c < channels; c += 4) {
      const auto a0 = load(d, row + c);
      const auto a1 = load(d, row + row_stride + c);
      const auto a2 = load(d, row + 2 * row_stride + c);
      const auto a3 = load(d, row + 3 * row_stride + c);
      const auto low01 = hn::BitCast(dd, hn::InterleaveLower(d, a0, a1));
      const auto low23 = hn::BitCast(dd, hn::InterleaveLower(d, a2, a3));
      const auto high01 = hn::BitCast(dd, hn::InterleaveUpper(d, a0, a1));
      const auto high23 = hn::BitCast(dd, hn::InterleaveUpper(d, a2, a3));
      float* to = tile + c * kTile + r;
      hn::StoreU(hn::BitCast(d, hn::InterleaveLower(dd, low01, low23)), d, to);
      hn::StoreU(hn::BitCast(d, hn::InterleaveUpper(dd, low01, low23)), d, to + kTile);
      hn::StoreU(hn::BitCast(d, hn::InterleaveLower(dd, high01, high23)), d, to + 2 * kTile);
      hn::StoreU(hn::BitCast(d, hn::InterleaveUpper(dd, high01, high23)), d, to + 3 * kTile);
    }
  }
#endif
  for (size_t r = 0; r < count; ++r) {
    for (size_t c = r < rows ? channels : 0; c < width; ++c) {
      tile[c * kTile + r] = load_one(from + r * row_stride + c);
    }
  }
}

void load_transposed_here(const HeadsView& view, int64_t head, int64_t row, size_t count,
                          size_t width, float* tile) {
  const int64_t at = head * view.head_stride + row * view.row_stride;
  const auto stride = static_cast<size_t>(view.row_stride);
  if (view.type == ElementType::f32) {
    transpose(static_cast<const float*>(view.data) + at, stride, count, width, tile);
  } else {
    transpose(static_cast<const uint16_t*>(view.data) + at, stride, count, width, tile);
  }
  for (size_t c = 0; c < width && count < kTile; ++c) {
    std::fill(tile + c * kTile + count, tile + (c + 1) * kTile, 0.0F);
  }
}

template <class DF>
HWY_INLINE void fill_powers_of(DF d, const double* step_re, const double* step_im, size_t n,
                               float* re, float* im) {
  const hn::Rebind<float, DF> narrow;
  const auto z_re = hn::LoadU(d, step_re);
  const auto z_im = hn::LoadU(d, step_im);
  auto x = hn::Set(d, 1.0);
  auto y = hn::Zero(d);
  for (size_t o = 0; o < kTile; ++o, re += n, im += n) {
    hn::StoreU(hn::DemoteTo(narrow, x), narrow, re);
    hn::StoreU(hn::DemoteTo(narrow, y), narrow, im);
    const auto next = hn::NegMulAdd(y, z_im, hn::Mul(x, z_re));
    y = hn::MulAdd(y, z_re, hn::Mul(x, z_im));
    x = next;
  }
}

void fill_powers_here(const double* step_re, const double* step_im, size_t n, float* re,
                      float* im) {
  const hn::CappedTag<double, 8> d;
  const size_t lanes = hn::Lanes(d);
  size_t c = 0;
  for (; c + lanes <= n; c += lanes) {
    fill_powers_of(d, step_re + c, step_im + c, n, re + c, im + c);
  }
  for (; c < n; ++c) {
    fill_powers_of(hn::CappedTag<double, 1>(), step_re + c, step_im + c, n, re + c, im + c);
  }
}

template <class DF>
HWY_INLINE void multiply_complex_of(DF d, const double* by_re, const double* by_im, double* re,
                                    double* im) {
  const auto a = hn::LoadU(d, by_re);
  const auto b = hn::LoadU(d, by_im);
  const auto x = hn::LoadU(d, re);
  const auto y = hn::LoadU(d, im);
  hn::StoreU(hn::NegMulAdd(y, b, hn::Mul(x, a)), d, re);
  hn::StoreU(hn::MulAdd(y, a, hn::Mul(x, b)), d, im);
}

void multiply_complex_here(const double* by_re, const double* by_im, size_t n, double* re,
                           double* im) {
  const hn::CappedTag<double, 8> d;
  size_t c = 0;
  for (; c + hn::Lanes(d) <= n; c += hn::Lanes(d)) {
    multiply_complex_of(d, by_re + c, by_im + c, re + c, im + c);
  }
  for (; c < n; ++c) {
    multiply_complex_of(hn::CappedTag<double, 1>(), by_re + c, by_im + c, re + c, im + c);
  }
}

template <class DF>
HWY_INLINE void relative_turn_of(DF d, const double* q_re, const double* q_im, const double* k_re,
                                 const double* k_im, float* re, float* im) {
  const hn::Rebind<float, DF> narrow;
  const auto a = hn::LoadU(d, q_re);
  const auto b = hn::LoadU(d, q_im);
  const auto x = hn::LoadU(d, k_re);
  const auto y = hn::LoadU(d, k_im);
  hn::StoreU(hn::DemoteTo(narrow, hn::MulAdd(b, y, hn::Mul(a, x))), narrow, re);
  hn::StoreU(hn::DemoteTo(narrow, hn::NegMulAdd(a, y, hn::Mul(b, x))), narrow, im);
}

void relative_turn_here(const double* q_re, const double* q_im, const double* k_re,
                        const double* k_im, size_t n, float* re, float* im) {
  const hn::CappedTag<double, 8> d;
  size_t c = 0;
  for (; c + hn::Lanes(d) <= n; c += hn::Lanes(d)) {
    relative_turn_of(d, q_re + c, q_im + c, k_re + c, k_im + c, re + c, im + c);
  }
  for (; c < n; ++c) {
    relative_turn_of(hn::CappedTag<double, 1>(), q_re + c, q_im + c, k_re + c, k_im + c, re + c,
                     im + c);
  }
}

template <class DF>
HWY_INLINE void turn_query_of(DF d, const float* q, const float* re, const float* im, size_t pairs,
                              float* out) {
  const auto x = hn::LoadU(d, re);
  const auto y = hn::LoadU(d, im);
  const auto a = hn::LoadU(d, q);
  const auto b = hn::LoadU(d, q + pairs);
  hn::StoreU(hn::NegMulAdd(b, y, hn::Mul(a, x)), d, out);
  hn::StoreU(hn::MulAdd(b, x, hn::Mul(a, y)), d, out + pairs);
}

void turn_query_here(const float* q, const float* re, const float* im, size_t width, float* out) {
  const D d;
  const size_t pairs = width / 2;
  size_t c = 0;
  for (; c + hn::Lanes(d) <= pairs; c += hn::Lanes(d)) {
    turn_query_of(d, q + c, re + c, im + c, pairs, out + c);
  }
  for (; c < pairs; ++c) {
    turn_query_of(hn::CappedTag<float, 1>(), q + c, re + c, im + c, pairs, out + c);
  }
}

void turn_tile_here(const float* tile, size_t width, const TileTurn& turn, const float* scale,
                    float* out) {
  const D d;
  const size_t lanes = hn::Lanes(d);
  if (turn.base_re == nullptr) {
    for (size_t c = 0; c < width; ++c) {
      for (size_t u = 0; u < kTile; u += lanes) {
        V x = hn::LoadU(d, tile + c * kTile + u);
        if (scale != nullptr) {
          x = hn::Mul(x, hn::LoadU(d, scale + u));
        }
        hn::StoreU(x, d, out + c * kTile + u);
      }
    }
    return;
  }
  const size_t pairs = width / 2;
  for (size_t c = 0; c < pairs; ++c) {
    const V base_re = hn::Set(d, turn.base_re[c]);
    const V base_im = hn::Set(d, turn.base_im[c]);
    const float* a_row = tile + c * kTile;
    const float* b_row = tile + (c + pairs) * kTile;
    HWY_UNROLL(4)
    for (size_t u = 0; u < kTile; u += lanes) {
      V re = base_re;
      V im = base_im;
      if (turn.table_re != nullptr) {
        const V table_re = hn::LoadU(d, turn.table_re + c * kTile + u);
        const V table_im = hn::LoadU(d, turn.table_im + c * kTile + u);
        re = hn::NegMulAdd(base_im, table_im, hn::Mul(base_re, table_re));
        im = hn::MulAdd(base_im, table_re, hn::Mul(base_re, table_im));
      }
      const V a = hn::LoadU(d, a_row + u);
      const V b = hn::LoadU(d, b_row + u);
      V x = hn::NegMulAdd(b, im, hn::Mul(a, re));
      V y = hn::MulAdd(b, re, hn::Mul(a, im));
      if (scale != nullptr) {
        const V s = hn::LoadU(d, scale + u);
        x = hn::Mul(x, s);
        y = hn::Mul(y, s);
      }
      hn::StoreU(x, d, out + c * kTile + u);
      hn::StoreU(y, d, out + (c + pairs) * kTile + u);
    }
  }
}

// scores[r][u] = sum_c q[c][r] k[c][u] for R rows and N vectors of keys; all pitches kTile.
template <size_t R, size_t N>
HWY_INLINE void product_block(const float* HWY_RESTRICT q, const float* HWY_RESTRICT k,
                              size_t width, float* HWY_RESTRICT scores) {
  const D d;
  const size_t lanes = hn::Lanes(d);
  V sum[R][N];
  HWY_UNROLL(6)
  for (size_t r = 0; r < R; ++r) {
    HWY_UNROLL(4)
    for (size_t n = 0; n < N; ++n) {
      sum[r][n] = hn::Zero(d);
    }
  }
  for (size_t c = 0; c < width; ++c, q += kTile, k += kTile) {
    V keys[N];
    HWY_UNROLL(4)
    for (size_t n = 0; n < N; ++n) {
      keys[n] = hn::LoadU(d, k + n * lanes);
    }
    HWY_UNROLL(6)
    for (size_t r = 0; r < R; ++r) {
      const V query = hn::Set(d, q[r]);
      HWY_UNROLL(4)
      for (size_t n = 0; n < N; ++n) {
        sum[r][n] = hn::MulAdd(query, keys[n], sum[r][n]);
      }
    }
  }
  HWY_UNROLL(6)
  for (size_t r = 0; r < R; ++r) {
    HWY_UNROLL(4)
    for (size_t n = 0; n < N; ++n) {
      hn::StoreU(sum[r][n], d, scores + r * kTile + n * lanes);
    }
  }
}

// `vectors` vectors of keys.
template <size_t R>
HWY_INLINE void product(const float* q, const float* k, size_t width, size_t vectors,
                        float* scores) {
  const size_t lanes = hn::Lanes(D());
  for (; vectors >= kVectors; vectors -= kVectors) {
    product_block<R, kVectors>(q, k, width, scores);
    k += kVectors * lanes;
    scores += kVectors * lanes;
  }
  switch (vectors) {
    case 1:
      return product_block<R, 1>(q, k, width, scores);
    case 2:
      return product_block<R, std::min<size_t>(2, kVectors)>(q, k, width, scores);
    case 3:
      return product_block<R, std::min<size_t>(3, kVectors)>(q, k, width, scores);
    default:
      return;
  }
}

// out[r][n] = factor[r] out[r][n] + sum_j weights[r][j] v[j][n], j = first..last-1.
template <size_t R, size_t N>
HWY_INLINE void weighted_block(const float* HWY_RESTRICT weights, const float* HWY_RESTRICT v,
                               size_t v_pitch, size_t first, size_t last,
                               const float* HWY_RESTRICT factor, float* HWY_RESTRICT out,
                               size_t pitch) {
  const D d;
  const size_t lanes = hn::Lanes(d);
  V sum[R][N];
  HWY_UNROLL(6)
  for (size_t r = 0; r < R; ++r) {
    HWY_UNROLL(4)
    for (size_t n = 0; n < N; ++n) {
      sum[r][n] = hn::LoadU(d, out + r * pitch + n * lanes);
      if (factor != nullptr) {
        sum[r][n] = hn::Mul(sum[r][n], hn::Set(d, factor[r]));
      }
    }
  }
  const float* row = v + first * v_pitch;
  for (size_t j = first; j < last; ++j, row += v_pitch) {
    V values[N];
    HWY_UNROLL(4)
    for (size_t n = 0; n < N; ++n) {
      values[n] = hn::LoadU(d, row + n * lanes);
    }
    HWY_UNROLL(6)
    for (size_t r = 0; r < R; ++r) {
      const V weight = hn::Set(d, weights[r * kTile + j]);
      HWY_UNROLL(4)
      for (size_t n = 0; n < N; ++n) {
        sum[r][n] = hn::MulAdd(weight, values[n], sum[r][n]);
      }
    }
  }
  HWY_UNROLL(6)
  for (size_t r = 0; r < R; ++r) {
    HWY_UNROLL(4)
    for (size_t n = 0; n < N; ++n) {
      hn::StoreU(sum[r][n], d, out + r * pitch + n * lanes);
    }
  }
}

template <size_t R>
HWY_INLINE void add_values(const float* weights, const TilePair& t, size_t first, size_t last,
                           const float* factor, float* out) {
  const size_t lanes = hn::Lanes(D());
  size_t vectors = t.pitch / lanes;
  const float* v = t.v;
  for (; vectors >= kVectors; vectors -= kVectors) {
    weighted_block<R, kVectors>(weights, v, t.v_pitch, first, last, factor, out, t.pitch);
    v += kVectors * lanes;
    out += kVectors * lanes;
  }
  switch (vectors) {
    case 1:
      return weighted_block<R, 1>(weights, v, t.v_pitch, first, last, factor, out, t.pitch);
    case 2:
      return weighted_block<R, std::min<size_t>(2, kVectors)>(weights, v, t.v_pitch, first, last,
                                                              factor, out, t.pitch);
    case 3:
      return weighted_block<R, std::min<size_t>(3, kVectors)>(weights, v, t.v_pitch, first, last,
                                                              factor, out, t.pitch);
    default:
      return;
  }
}

template <bool kTurn, size_t N>
HWY_INLINE void score_vectors(const RowScores& t, size_t u, float* scores) {
  const D d;
  const size_t lanes = hn::Lanes(d);
  const size_t pairs = t.width / 2;
  V sum[N];
  HWY_UNROLL(4)
  for (size_t n = 0; n < N; ++n) {
    sum[n] = hn::Zero(d);
  }
  for (size_t c = 0; c < pairs; ++c) {
    const V x = hn::Set(d, t.q[c]);
    const V y = hn::Set(d, t.q[c + pairs]);
    HWY_UNROLL(4)
    for (size_t n = 0; n < N; ++n) {
      const size_t at = c * kTile + u + n * lanes;
      const V a = hn::LoadU(d, t.k + at);
      const V b = hn::LoadU(d, t.k + at + pairs * kTile);
      if constexpr (kTurn) {
        // Re(q conj(table k)).
        const V re = hn::MulAdd(y, b, hn::Mul(x, a));
        const V im = hn::NegMulAdd(x, b, hn::Mul(y, a));
        sum[n] = hn::MulAdd(re, hn::LoadU(d, t.table_re + at), sum[n]);
        sum[n] = hn::MulAdd(im, hn::LoadU(d, t.table_im + at), sum[n]);
      } else {
        sum[n] = hn::MulAdd(y, b, hn::MulAdd(x, a, sum[n]));
      }
    }
  }
  const hn::RebindToSigned<D> di;
  HWY_UNROLL(4)
  for (size_t n = 0; n < N; ++n) {
    // Keys before the first keep what they have.
    const size_t at = u + n * lanes;
    V out = sum[n];
    if (at < t.first) {
      const auto later = hn::Gt(hn::Iota(di, static_cast<int32_t>(at)),
                                hn::Set(di, static_cast<int32_t>(t.first) - 1));
      out = hn::IfThenElse(hn::RebindMask(d, later), out, hn::LoadU(d, scores + at));
    }
    hn::StoreU(out, d, scores + at);
  }
}

template <bool kTurn>
HWY_INLINE void score_row_of(const RowScores& t, float* scores) {
  const size_t lanes = hn::Lanes(D());
  size_t u = t.first / lanes * lanes;
  for (; u + (kVectors - 1) * lanes < t.last; u += kVectors * lanes) {
    score_vectors<kTurn, kVectors>(t, u, scores);
  }
  for (; u < t.last; u += lanes) {
    score_vectors<kTurn, 1>(t, u, scores);
  }
}

void score_row_here(const RowScores& t, float* scores) {
  if (t.table_re != nullptr) {
    score_row_of<true>(t, scores);
  } else {
    score_row_of<false>(t, scores);
  }
}

// Vectors of keys, as numbers of keys: first (a multiple of a vector) up to last (likewise).
struct Span {
  int64_t first = 0, last = 0;
  bool empty() const { return first >= last; }
};

HWY_INLINE int64_t round_down(int64_t u, int64_t lanes) { return u < 0 ? 0 : u / lanes * lanes; }
HWY_INLINE int64_t round_up(int64_t u, int64_t lanes) { return round_down(u + lanes - 1, lanes); }

// Scores of rows r0 .. r0 + R - 1 against the keys of `seen`: each from its own branch.
template <size_t R>
HWY_INLINE void branch_scores(const TilePair& t, int64_t r0, const Span& seen, float* scores) {
  const D d;
  const auto lanes = static_cast<int64_t>(hn::Lanes(d));
  const int64_t r1 = r0 + static_cast<int64_t>(R) - 1;
  // Key u is near to row r where u > offset + r - split; rounding must not reach past the keys, for
  // where none is near there is no near tile.
  const int64_t nearest = t.offset + r0 - t.split + 1;
  const int64_t near_first =
      nearest >= static_cast<int64_t>(t.keys)
          ? seen.last
          : std::max(seen.first, std::min(seen.last, round_down(nearest, lanes)));
  const int64_t far_last =
      std::min(seen.last, std::max(near_first, round_up(t.offset + r1 - t.split + 1, lanes)));
  const auto run = [&](const float* q, const float* k, int64_t first, int64_t last,
                       float* to) HWY_ATTR {
    product<R>(q + r0, k + first, t.width, static_cast<size_t>((last - first) / lanes), to + first);
  };
  run(t.q_near, t.k_near, near_first, seen.last, scores);
  if (near_first > seen.first) {
    run(t.q_far, t.k_far, seen.first, near_first, scores);
  }
  if (far_last > near_first) {
    HWY_ALIGN float far[kRows * kTile];
    run(t.q_far, t.k_far, near_first, far_last, far);
    const hn::RebindToSigned<D> di;
    for (size_t r = 0; r < R; ++r) {
      const auto split =
          hn::Set(di, static_cast<int32_t>(t.offset + r0 + static_cast<int64_t>(r) - t.split));
      for (int64_t u = near_first; u < far_last; u += lanes) {
        const auto at = static_cast<size_t>(u) + r * kTile;
        const auto near = hn::Gt(hn::Iota(di, static_cast<int32_t>(u)), split);
        hn::StoreU(hn::IfThenElse(hn::RebindMask(d, near), hn::LoadU(d, scores + at),
                                  hn::LoadU(d, far + at)),
                   d, scores + at);
      }
    }
  }
}

// Keys that a row may not see get minus infinity.
HWY_INLINE void hide(const TilePair& t, int64_t r, const Span& seen, float* scores) {
  const D d;
  const hn::RebindToSigned<D> di;
  const auto lanes = static_cast<int64_t>(hn::Lanes(d));
  const auto clamp = [](int64_t x) {
    return static_cast<int32_t>(std::clamp<int64_t>(x, -1, kTile));
  };
  const auto latest = hn::Set(di, clamp(std::min(t.offset + r, static_cast<int64_t>(t.keys) - 1)));
  const auto expired = hn::Set(di, clamp(t.offset + r - t.window));
  const auto sinks = hn::Set(di, clamp(t.sinks));
  for (int64_t u = seen.first; u < seen.last; u += lanes) {
    const auto key = hn::Iota(di, static_cast<int32_t>(u));
    const auto visible =
        hn::AndNot(hn::Gt(key, latest), hn::Or(hn::Gt(key, expired), hn::Gt(sinks, key)));
    hn::StoreU(
        hn::IfThenElse(hn::RebindMask(d, visible), hn::LoadU(d, scores + u), hn::Neg(hn::Inf(d))),
        d, scores + u);
  }
}

template <size_t R>
HWY_INLINE void attend_rows(const TilePair& t, const SoftmaxState& state, int64_t r0) {
  const D d;
  const auto lanes = static_cast<int64_t>(hn::Lanes(d));
  const int64_t r1 = r0 + static_cast<int64_t>(R) - 1;
  const auto keys = static_cast<int64_t>(t.keys);

  const int64_t expired = t.offset + r0 - t.window;  // the last key that no row sees by the window
  int64_t last = std::min(keys, t.offset + r1 + 1);
  if (expired + 1 >= last) {
    last = std::min(last, t.sinks);
  }
  const int64_t first = t.sinks > 0 ? 0 : std::max<int64_t>(0, expired + 1);
  if (first >= last) {
    return;
  }
  const Span seen{round_down(first, lanes), round_up(last, lanes)};
  HWY_ALIGN float own_scores[kRows * kTile];
  float* scores = own_scores;
  if (t.scores != nullptr) {
    scores = t.scores + r0 * kTile;
  } else {
    branch_scores<R>(t, r0, seen, scores);
  }

  const bool all_seen = seen.last <= keys && seen.last <= t.offset + r0 + 1 &&
                        (seen.first > t.offset + r1 - t.window || seen.last <= t.sinks);
  V top[R];
  auto exceeds = hn::Lt(hn::Zero(d), hn::Zero(d));
  for (size_t r = 0; r < R; ++r) {
    float* row = scores + r * kTile;
    const int64_t query = r0 + static_cast<int64_t>(r);
    if (t.bias != nullptr) {
      for (int64_t u = seen.first; u < seen.last; u += lanes) {
        hn::StoreU(hn::Add(hn::LoadU(d, row + u), hn::LoadU(d, t.bias - query + u)), d, row + u);
      }
    }
    if (!all_seen) {
      hide(t, query, seen, row);
    }
    V row_top = hn::LoadU(d, row + seen.first);
    for (int64_t u = seen.first + lanes; u < seen.last; u += lanes) {
      row_top = hn::Max(row_top, hn::LoadU(d, row + u));
    }
    top[r] = row_top;
    exceeds = hn::Or(exceeds, hn::Gt(row_top, hn::Set(d, state.maximum[query] + kSlack)));
  }
  HWY_ALIGN float factor[kMaxLanes];
  const bool rescale = !hn::AllFalse(d, exceeds);
  if (rescale) {
    std::fill_n(factor, kMaxLanes, 0.0F);
    for (size_t r = 0; r < R; ++r) {
      const auto query = static_cast<size_t>(r0) + r;
      const float greatest = hn::GetLane(hn::MaxOfLanes(d, top[r]));
      const float before = state.maximum[query];
      state.maximum[query] = std::max(before, greatest);
      factor[r] = before - state.maximum[query];
    }
    for (size_t r = 0; r < kMaxLanes; r += hn::Lanes(d)) {
      hn::Store(exp2(d, hn::Load(d, factor + r)), d, factor + r);
    }
    for (size_t r = 0; r < R; ++r) {
      float* sum = state.sum + (static_cast<size_t>(r0) + r) * kMaxLanes;
      hn::StoreU(hn::Mul(hn::LoadU(d, sum), hn::Set(d, factor[r])), d, sum);
    }
  }
  for (size_t r = 0; r < R; ++r) {
    float* row = scores + r * kTile;
    const auto query = static_cast<size_t>(r0) + r;
    const V maximum = hn::Set(d, state.maximum[query]);
    V sum = hn::LoadU(d, state.sum + query * kMaxLanes);
    for (int64_t u = seen.first; u < seen.last; u += lanes) {
      const V p = exp2(d, hn::Sub(hn::LoadU(d, row + u), maximum));
      sum = hn::Add(sum, p);
      hn::StoreU(p, d, row + u);
    }
    hn::StoreU(sum, d, state.sum + query * kMaxLanes);
  }
  add_values<R>(scores, t, static_cast<size_t>(first), static_cast<size_t>(last),
                rescale ? factor : nullptr, state.out + static_cast<size_t>(r0) * t.pitch);
}

void attend_tile_here(const TilePair& t, const SoftmaxState& state) {
  const auto rows = static_cast<int64_t>(t.queries);
  int64_t r = 0;
  for (; r + static_cast<int64_t>(kRows) <= rows; r += kRows) {
    attend_rows<kRows>(t, state, r);
  }
  switch (rows - r) {
    case 1:
      return attend_rows<1>(t, state, r);
    case 2:
      return attend_rows<2>(t, state, r);
    case 3:
      return attend_rows<3>(t, state, r);
    case 4:
      return attend_rows<4>(t, state, r);
    case 5:
      return attend_rows<5>(t, state, r);
    default:
      return;
  }
}

void clear_state_here(const SoftmaxState& state, size_t queries, size_t pitch) {
  std::fill_n(state.maximum, queries, kNothingSeen);
  std::fill_n(state.sum, queries * kMaxLanes, 0.0F);
  std::fill_n(state.out, queries * pitch, 0.0F);
}

HWY_INLINE uint16_t to_bf16(float x) {
  const auto bits = std::bit_cast<uint32_t>(x);
  if (x != x) {
    return static_cast<uint16_t>(bits >> 16 | 0x40U);
  }
  return static_cast<uint16_t>((bits + 0x7FFFU + (bits >> 16 & 1U)) >> 16);
}

void write_block_here(const SoftmaxState& state, size_t queries, size_t width, size_t pitch,
                      void* out, ElementType type, int64_t row_stride) {
  const D d;
  for (size_t r = 0; r < queries; ++r) {
    const float* sums = state.sum + r * kMaxLanes;
    float total = 0;
    for (size_t n = 0; n < hn::Lanes(d); ++n) {
      total += sums[n];
    }
    const float inverse = total > 0 ? 1 / total : total * 0;
    const float* row = state.out + r * pitch;
    const int64_t at = static_cast<int64_t>(r) * row_stride;
    if (type == ElementType::f32) {
      float* to = static_cast<float*>(out) + at;
      for (size_t c = 0; c < width; ++c) {
        to[c] = inverse * row[c];
      }
    } else {
      uint16_t* to = static_cast<uint16_t*>(out) + at;
      for (size_t c = 0; c < width; ++c) {
        to[c] = to_bf16(inverse * row[c]);
      }
    }
  }
}

// Fetches what a row of the next tile holds into the second cache. The processor's own prefetching
// ends at every page, and decoding waits for memory then: 2.2 us per tile of 64 keys without, 1.1
// with (bf16, turned keys, AVX-512, 2026-11-24).
template <typename T>
HWY_INLINE void prefetch_row(const T* row, size_t width) {
  for (size_t c = 0; c < width; c += 64 / sizeof(T)) {
    __builtin_prefetch(row + c, 0, 2);
  }
}

// Sums of the lanes of four vectors, side by side.
template <class DF>
HWY_INLINE void store_sums(DF d, const hn::Vec<DF> (&v)[4], float* to) {
#if HWY_TARGET != HWY_SCALAR
  if constexpr (hn::MaxLanes(DF()) >= 4) {
    const hn::Repartition<double, DF> dd;
    const auto low = hn::BitCast(
        dd, hn::Add(hn::InterleaveLower(d, v[0], v[1]), hn::InterleaveUpper(d, v[0], v[1])));
    const auto high = hn::BitCast(
        dd, hn::Add(hn::InterleaveLower(d, v[2], v[3]), hn::InterleaveUpper(d, v[2], v[3])));
    const auto sums = hn::Add(hn::BitCast(d, hn::InterleaveLower(dd, low, high)),
                              hn::BitCast(d, hn::InterleaveUpper(dd, low, high)));
    const hn::CappedTag<float, 4> d4;
    if constexpr (hn::MaxLanes(DF()) == 4) {
      hn::StoreU(sums, d, to);
    } else {
      const hn::Half<DF> half;
      const auto halves = hn::Add(hn::LowerHalf(half, sums), hn::UpperHalf(half, sums));
      if constexpr (hn::MaxLanes(DF()) == 8) {
        hn::StoreU(halves, half, to);
      } else {
        hn::StoreU(hn::Add(hn::LowerHalf(d4, halves), hn::UpperHalf(d4, halves)), d4, to);
      }
    }
    return;
  }
#endif
  for (size_t n = 0; n < 4; ++n) {
    to[n] = hn::GetLane(hn::SumOfLanes(d, v[n]));
  }
}

// A channel pair of one key in each lane, turned if kTurn.
template <bool kTurn, class DF, typename T>
HWY_INLINE void load_pair(DF d, const T* key, const float* re, const float* im, size_t pairs,
                          hn::Vec<DF>& x, hn::Vec<DF>& y) {
  const auto a = load(d, key);
  const auto b = load(d, key + pairs);
  if constexpr (kTurn) {
    const auto cosine = hn::LoadU(d, re);
    const auto sine = hn::LoadU(d, im);
    x = hn::NegMulAdd(b, sine, hn::Mul(a, cosine));
    y = hn::MulAdd(b, cosine, hn::Mul(a, sine));
  } else {
    x = a;
    y = b;
  }
}

// scores[h][u] of kKeys keys from u on, for H heads; q [H][width].
template <bool kTurn, size_t H, size_t kKeys, class DF, typename T>
HWY_INLINE void score_keys(DF d, const DecodeTile& t, const float* q, const T* k, size_t u,
                           hn::Vec<DF> (&sum)[H][kKeys]) {
  const size_t pairs = t.width / 2;
  const float* re = t.table_re + u * pairs;
  const float* im = t.table_im + u * pairs;
  const T* keys = k + static_cast<int64_t>(u) * t.k.row_stride;
  HWY_UNROLL(4)
  for (size_t h = 0; h < H; ++h) {
    HWY_UNROLL(4)
    for (size_t n = 0; n < kKeys; ++n) {
      sum[h][n] = hn::Zero(d);
    }
  }
  for (size_t c = 0; c < pairs; c += hn::Lanes(d)) {
    HWY_UNROLL(4)
    for (size_t n = 0; n < kKeys; ++n) {
      hn::Vec<DF> x, y;
      load_pair<kTurn>(d, keys + static_cast<int64_t>(n) * t.k.row_stride + c, re + n * pairs + c,
                       im + n * pairs + c, pairs, x, y);
      HWY_UNROLL(4)
      for (size_t h = 0; h < H; ++h) {
        sum[h][n] = hn::MulAdd(hn::LoadU(d, q + h * t.width + c), x, sum[h][n]);
        sum[h][n] = hn::MulAdd(hn::LoadU(d, q + h * t.width + c + pairs), y, sum[h][n]);
      }
    }
  }
}

template <bool kTurn, size_t H, class DF, typename T>
HWY_INLINE void decode_scores(DF d, const DecodeTile& t, const float* q, const T* k,
                              float* scores) {
  size_t u = 0;
  for (; u + 4 <= t.keys; u += 4) {
    for (size_t n = 0; n < 4; ++n) {
      prefetch_row(k + static_cast<int64_t>(u + n + kTile) * t.k.row_stride, t.width);
    }
    hn::Vec<DF> sum[H][4];
    score_keys<kTurn, H, 4>(d, t, q, k, u, sum);
    HWY_UNROLL(4)
    for (size_t h = 0; h < H; ++h) {
      store_sums(d, sum[h], scores + h * kTile + u);
    }
  }
  for (; u < t.keys; ++u) {
    hn::Vec<DF> sum[H][1];
    score_keys<kTurn, H, 1>(d, t, q, k, u, sum);
    for (size_t h = 0; h < H; ++h) {
      scores[h * kTile + u] = hn::GetLane(hn::SumOfLanes(d, sum[h][0]));
    }
  }
}

// out[h] += sum_u weights[h][u] v[u] for H heads and N vectors of channels. Sums of even and of odd
// keys are apart: with one head four chains would wait for each other.
template <size_t H, size_t N, class DF, typename T>
HWY_INLINE void decode_values_block(DF d, const float* weights, const T* v, int64_t v_stride,
                                    size_t keys, float* out, size_t pitch) {
  constexpr size_t kChains = H == 1 ? 2 : 1;
  const size_t lanes = hn::Lanes(d);
  hn::Vec<DF> sum[kChains][H][N];
  HWY_UNROLL(2)
  for (size_t chain = 0; chain < kChains; ++chain) {
    HWY_UNROLL(4)
    for (size_t h = 0; h < H; ++h) {
      HWY_UNROLL(4)
      for (size_t n = 0; n < N; ++n) {
        sum[chain][h][n] = chain == 0 ? hn::LoadU(d, out + h * pitch + n * lanes) : hn::Zero(d);
      }
    }
  }
  const auto add = [&](size_t chain, size_t u) HWY_ATTR {
    prefetch_row(v + kTile * v_stride, N * lanes);
    hn::Vec<DF> value[N];
    HWY_UNROLL(4)
    for (size_t n = 0; n < N; ++n) {
      value[n] = load(d, v + n * lanes);
    }
    v += v_stride;
    HWY_UNROLL(4)
    for (size_t h = 0; h < H; ++h) {
      const auto weight = hn::Set(d, weights[h * kTile + u]);
      HWY_UNROLL(4)
      for (size_t n = 0; n < N; ++n) {
        sum[chain][h][n] = hn::MulAdd(weight, value[n], sum[chain][h][n]);
      }
    }
  };
  size_t u = 0;
  for (; u + kChains <= keys; u += kChains) {
    HWY_UNROLL(2)
    for (size_t chain = 0; chain < kChains; ++chain) {
      add(chain, u + chain);
    }
  }
  for (; u < keys; ++u) {
    add(0, u);
  }
  HWY_UNROLL(4)
  for (size_t h = 0; h < H; ++h) {
    HWY_UNROLL(4)
    for (size_t n = 0; n < N; ++n) {
      auto total = sum[0][h][n];
      if constexpr (kChains == 2) {
        total = hn::Add(total, sum[1][h][n]);
      }
      hn::StoreU(total, d, out + h * pitch + n * lanes);
    }
  }
}

template <size_t H, class DF, typename T>
HWY_INLINE void decode_values(DF d, const DecodeTile& t, const float* weights, const T* v,
                              float* out) {
  const size_t lanes = hn::Lanes(d);
  size_t c = 0;
  for (; c + kVectors * lanes <= t.width; c += kVectors * lanes) {
    decode_values_block<H, kVectors>(d, weights, v + c, t.v.row_stride, t.keys, out + c, t.pitch);
  }
  for (; c < t.width; c += lanes) {
    decode_values_block<H, 1>(d, weights, v + c, t.v.row_stride, t.keys, out + c, t.pitch);
  }
}

// One head after the other: the weights of the scores, and the sums scaled down where need be.
HWY_INLINE void decode_softmax(const DecodeTile& t, const SoftmaxState& state, float* scores) {
  const D d;
  const size_t lanes = hn::Lanes(d);
  const V nothing = hn::Neg(hn::Inf(d));
  const size_t end = (t.keys + lanes - 1) / lanes * lanes;
  for (size_t h = 0; h < t.heads; ++h) {
    float* row = scores + h * kTile;
    for (size_t u = t.keys; u < end; ++u) {
      row[u] = -std::numeric_limits<float>::infinity();
    }
    V top = nothing;
    for (size_t u = 0; u < end; u += lanes) {
      V x = hn::LoadU(d, row + u);
      if (t.bias != nullptr) {
        x = hn::Add(x, hn::LoadU(d, t.bias + static_cast<int64_t>(h) * t.bias_pitch + u));
        hn::StoreU(x, d, row + u);
      }
      top = hn::Max(top, x);
    }
    const float greatest = hn::GetLane(hn::MaxOfLanes(d, top));
    if (greatest > state.maximum[h] + kSlack) {
      const V factor = exp2(d, hn::Set(d, state.maximum[h] - greatest));
      const float one = hn::GetLane(factor);
      state.maximum[h] = greatest;
      float* sum = state.sum + h * kMaxLanes;
      hn::StoreU(hn::Mul(hn::LoadU(d, sum), factor), d, sum);
      for (size_t c = 0; c < t.pitch; ++c) {
        state.out[h * t.pitch + c] *= one;
      }
    }
    const V maximum = hn::Set(d, state.maximum[h]);
    V sum = hn::LoadU(d, state.sum + h * kMaxLanes);
    for (size_t u = 0; u < end; u += lanes) {
      const V p = exp2(d, hn::Sub(hn::LoadU(d, row + u), maximum));
      sum = hn::Add(sum, p);
      hn::StoreU(p, d, row + u);
    }
    hn::StoreU(sum, d, state.sum + h * kMaxLanes);
  }
}

template <bool kTurn, class DF, typename T>
HWY_INLINE void decode_turned(DF d, const DecodeTile& t, const float* q, const SoftmaxState& state,
                              float* scores) {
  const T* k = static_cast<const T*>(t.k.data);
  const T* v = static_cast<const T*>(t.v.data);
  size_t h = 0;
  for (; h + kHeads <= t.heads; h += kHeads) {
    decode_scores<kTurn, kHeads>(d, t, q + h * t.width, k, scores + h * kTile);
  }
  for (; h < t.heads; ++h) {
    decode_scores<kTurn, 1>(d, t, q + h * t.width, k, scores + h * kTile);
  }
  decode_softmax(t, state, scores);
  for (h = 0; h + kHeads <= t.heads; h += kHeads) {
    decode_values<kHeads>(d, t, scores + h * kTile, v, state.out + h * t.pitch);
  }
  for (; h < t.heads; ++h) {
    decode_values<1>(d, t, scores + h * kTile, v, state.out + h * t.pitch);
  }
}

template <class DF, typename T>
HWY_INLINE void decode_typed(DF d, const DecodeTile& t, const SoftmaxState& state,
                             float* workspace) {
  float* scores = workspace;
  if (t.base_re == nullptr) {
    decode_turned<false, DF, T>(d, t, t.q, state, scores);
    return;
  }
  float* q = scores + t.heads * kTile;
  for (size_t h = 0; h < t.heads; ++h) {
    turn_query_here(t.q + h * t.width, t.base_re, t.base_im, t.width, q + h * t.width);
  }
  decode_turned<true, DF, T>(d, t, q, state, scores);
}

template <size_t kCap>
HWY_INLINE void decode_capped(const DecodeTile& t, const SoftmaxState& state, float* workspace) {
  const hn::CappedTag<float, kCap> d;
  if (t.k.type == ElementType::f32) {
    decode_typed<decltype(d), float>(d, t, state, workspace);
  } else {
    decode_typed<decltype(d), uint16_t>(d, t, state, workspace);
  }
}

// The widest vector that divides half a head.
void decode_tile_here(const DecodeTile& t, const SoftmaxState& state, float* workspace) {
  const size_t pairs = t.width / 2;
  if (pairs % hn::Lanes(D()) == 0) {
    decode_capped<kMaxLanes>(t, state, workspace);
  } else if (pairs % 4 == 0) {
    decode_capped<4>(t, state, workspace);
  } else {
    decode_capped<1>(t, state, workspace);
  }
}

}  // namespace yonder::lm::internal::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace yonder::lm::internal {

HWY_EXPORT(load_transposed_here);
HWY_EXPORT(load_rows_here);
HWY_EXPORT(fill_powers_here);
HWY_EXPORT(multiply_complex_here);
HWY_EXPORT(relative_turn_here);
HWY_EXPORT(turn_query_here);
HWY_EXPORT(turn_tile_here);
HWY_EXPORT(score_row_here);
HWY_EXPORT(attend_tile_here);
HWY_EXPORT(clear_state_here);
HWY_EXPORT(write_block_here);
HWY_EXPORT(decode_tile_here);

void load_transposed(const HeadsView& view, int64_t head, int64_t row, size_t count, size_t width,
                     float* tile) {
  HWY_DYNAMIC_DISPATCH(load_transposed_here)(view, head, row, count, width, tile);
}

void load_rows(const HeadsView& view, int64_t head, int64_t row, size_t count, size_t width,
               size_t pitch, float* rows) {
  HWY_DYNAMIC_DISPATCH(load_rows_here)(view, head, row, count, width, pitch, rows);
}

void fill_powers(const double* step_re, const double* step_im, size_t n, float* re, float* im) {
  HWY_DYNAMIC_DISPATCH(fill_powers_here)(step_re, step_im, n, re, im);
}

void multiply_complex(const double* by_re, const double* by_im, size_t n, double* re, double* im) {
  HWY_DYNAMIC_DISPATCH(multiply_complex_here)(by_re, by_im, n, re, im);
}

void relative_turn(const double* q_re, const double* q_im, const double* k_re, const double* k_im,
                   size_t n, float* re, float* im) {
  HWY_DYNAMIC_DISPATCH(relative_turn_here)(q_re, q_im, k_re, k_im, n, re, im);
}

void turn_query(const float* q, const float* re, const float* im, size_t width, float* out) {
  HWY_DYNAMIC_DISPATCH(turn_query_here)(q, re, im, width, out);
}

void turn_tile(const float* tile, size_t width, const TileTurn& turn, const float* scale,
               float* out) {
  HWY_DYNAMIC_DISPATCH(turn_tile_here)(tile, width, turn, scale, out);
}

void score_row(const RowScores& row, float* scores) {
  HWY_DYNAMIC_DISPATCH(score_row_here)(row, scores);
}

void attend_tile(const TilePair& pair, const SoftmaxState& state) {
  HWY_DYNAMIC_DISPATCH(attend_tile_here)(pair, state);
}

void clear_state(const SoftmaxState& state, size_t queries, size_t pitch) {
  HWY_DYNAMIC_DISPATCH(clear_state_here)(state, queries, pitch);
}

void write_block(const SoftmaxState& state, size_t queries, size_t width, size_t pitch, void* out,
                 ElementType type, int64_t row_stride) {
  HWY_DYNAMIC_DISPATCH(write_block_here)(state, queries, width, pitch, out, type, row_stride);
}

void decode_tile(const DecodeTile& tile, const SoftmaxState& state, float* workspace) {
  HWY_DYNAMIC_DISPATCH(decode_tile_here)(tile, state, workspace);
}

size_t decode_workspace(size_t heads, size_t width) {
  return heads * (static_cast<size_t>(kTile) + width);
}

}  // namespace yonder::lm::internal
#endif  // HWY_ONCE
