// SPDX-License-Identifier: Apache-2.0
// The kernel keeps a tile of V vectors of rows times K columns in registers; per k it loads V
// vectors of the matrix and broadcasts K elements of x. With AVX-512 that is 4 x 6 (24 sums, 4 + 1
// operands of 32 registers), with fewer registers 2 x 6.
#include "yonder/memory/internal/packed_matrix.h"

#include <algorithm>
#include <new>

// Arrays of vectors need vectors of a size known when compiling.
#define HWY_DISABLED_TARGETS (HWY_SVE | HWY_SVE2 | HWY_SVE_256 | HWY_SVE2_128 | HWY_RVV)
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "yonder/memory/internal/packed_matrix.cpp"
#include <hwy/foreach_target.h>  // compiles what lies between BEFORE and AFTER once per target
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace yonder::memory::internal::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

// What multiply() was asked for, less the columns done already.
template <typename T>
struct Operand {
  const T* x;
  size_t step;
  size_t stride;
  T* out;
  size_t out_stride;
};

// kVectors vectors of rows at `a` (rows `pitch` apart in k) times kColumns columns.
template <size_t kVectors, size_t kColumns, typename T>
HWY_ATTR void multiply_tile(const T* a, size_t pitch, size_t depth, const Operand<T>& o) {
  const hn::CappedTag<T, 16> d;
  using V = hn::Vec<decltype(d)>;
  const size_t lanes = hn::Lanes(d);
  constexpr size_t kChunk = PackedMatrix<T>::kChunk;
  for (size_t first = 0; first == 0 || first < depth; first += kChunk) {
    V sum[kColumns][kVectors];
    HWY_UNROLL(8)
    for (size_t c = 0; c < kColumns; ++c) {
      HWY_UNROLL(4)
      for (size_t v = 0; v < kVectors; ++v) {
        sum[c][v] = hn::Zero(d);
      }
    }
    const size_t last = depth - first < kChunk ? depth : first + kChunk;
    const T* row = a + first * pitch;
    const T* x = o.x + first * o.step;
    for (size_t k = first; k < last; ++k) {
      V m[kVectors];
      HWY_UNROLL(4)
      for (size_t v = 0; v < kVectors; ++v) {
        m[v] = hn::Load(d, row + v * lanes);
      }
      HWY_UNROLL(8)
      for (size_t c = 0; c < kColumns; ++c) {
        const V value = hn::Set(d, x[c * o.stride]);
        HWY_UNROLL(4)
        for (size_t v = 0; v < kVectors; ++v) {
          sum[c][v] = hn::MulAdd(m[v], value, sum[c][v]);
        }
      }
      row += pitch;
      x += o.step;
    }
    HWY_UNROLL(8)
    for (size_t c = 0; c < kColumns; ++c) {
      HWY_UNROLL(4)
      for (size_t v = 0; v < kVectors; ++v) {
        T* out = o.out + c * o.out_stride + v * lanes;
        hn::StoreU(first == 0 ? sum[c][v] : hn::Add(hn::LoadU(d, out), sum[c][v]), d, out);
      }
    }
  }
}

template <size_t kVectors, typename T>
HWY_ATTR void multiply_columns(const T* a, size_t pitch, size_t depth, const Operand<T>& o,
                               size_t columns) {
  const auto from = [&o](size_t c) {
    return Operand<T>{o.x + c * o.stride, o.step, o.stride, o.out + c * o.out_stride, o.out_stride};
  };
  size_t c = 0;
  for (; c + 6 <= columns; c += 6) {
    multiply_tile<kVectors, 6>(a, pitch, depth, from(c));
  }
  for (; c + 3 <= columns; c += 3) {
    multiply_tile<kVectors, 3>(a, pitch, depth, from(c));
  }
  for (; c < columns; ++c) {
    multiply_tile<kVectors, 1>(a, pitch, depth, from(c));
  }
}

// All rows of one tile of the packed matrix, [depth][width].
template <typename T>
HWY_ATTR void multiply_rows(const T* a, size_t width, size_t depth, Operand<T> o, size_t columns) {
  const size_t lanes = hn::Lanes(hn::CappedTag<T, 16>());
#if HWY_TARGET <= HWY_AVX3
  constexpr size_t kMost = 4;  // of 32 registers
#else
  constexpr size_t kMost = 2;  // of 16
#endif
  size_t row = 0;
  for (; row + kMost * lanes <= width; row += kMost * lanes) {
    multiply_columns<kMost>(a + row, width, depth, o, columns);
    o.out += kMost * lanes;
  }
  for (; row + 2 * lanes <= width; row += 2 * lanes) {
    multiply_columns<2>(a + row, width, depth, o, columns);
    o.out += 2 * lanes;
  }
  for (; row + lanes <= width; row += lanes) {
    multiply_columns<1>(a + row, width, depth, o, columns);
    o.out += lanes;
  }
}

void multiply_float(const float* a, size_t width, size_t depth, const float* x, size_t step,
                    size_t stride, size_t columns, float* out, size_t out_stride) {
  multiply_rows<float>(a, width, depth, {x, step, stride, out, out_stride}, columns);
}

void multiply_double(const double* a, size_t width, size_t depth, const double* x, size_t step,
                     size_t stride, size_t columns, double* out, size_t out_stride) {
  multiply_rows<double>(a, width, depth, {x, step, stride, out, out_stride}, columns);
}

}  // namespace yonder::memory::internal::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE

namespace yonder::memory::internal {

HWY_EXPORT(multiply_float);
HWY_EXPORT(multiply_double);

namespace {

constexpr size_t kTileRows = 64;
constexpr size_t kRowMultiple = 16;

size_t round_up(size_t n) { return (n + kRowMultiple - 1) / kRowMultiple * kRowMultiple; }

}  // namespace

template <typename Scalar>
PackedMatrix<Scalar>::PackedMatrix(size_t rows, size_t depth,
                                   const std::function<double(size_t, size_t)>& entry,
                                   const std::function<size_t(size_t)>& depth_of)
    : rows_(rows), padded_rows_(round_up(rows)) {
  size_t size = 0;
  for (size_t first = 0; first < rows; first += kTileRows) {
    const size_t height = std::min(kTileRows, rows - first);
    const size_t reach = depth_of ? depth_of(first + height - 1) : depth;
    tiles_.push_back({first, round_up(height), reach, size});
    size += round_up(height) * reach;
  }
  values_ = hwy::AllocateAligned<Scalar>(std::max<size_t>(size, 1));
  if (!values_) {
    throw std::bad_alloc();
  }
  std::fill_n(values_.get(), size, Scalar{0});
  for (const Tile& tile : tiles_) {
    for (size_t row = tile.first_row; row < std::min(rows, tile.first_row + tile.width); ++row) {
      const size_t reach = depth_of ? depth_of(row) : depth;
      Scalar* to = values_.get() + tile.offset + (row - tile.first_row);
      for (size_t k = 0; k < reach; ++k) {
        to[k * tile.width] = static_cast<Scalar>(entry(row, k));
      }
    }
  }
}

template <typename Scalar>
void PackedMatrix<Scalar>::multiply(const Scalar* x, size_t step, size_t stride, size_t columns,
                                    Scalar* out, size_t out_stride) const {
  for (const Tile& tile : tiles_) {
    const Scalar* a = values_.get() + tile.offset;
    Scalar* to = out + tile.first_row;
    if constexpr (sizeof(Scalar) == sizeof(float)) {
      HWY_DYNAMIC_DISPATCH(multiply_float)
      (a, tile.width, tile.depth, x, step, stride, columns, to, out_stride);
    } else {
      HWY_DYNAMIC_DISPATCH(multiply_double)
      (a, tile.width, tile.depth, x, step, stride, columns, to, out_stride);
    }
  }
}

template class PackedMatrix<float>;
template class PackedMatrix<double>;

}  // namespace yonder::memory::internal
#endif  // HWY_ONCE
