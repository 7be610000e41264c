// SPDX-License-Identifier: Apache-2.0
// A constant matrix packed for multiplying it with one or many columns: the one inner loop of block
// moments and of merges.
//
//   PackedMatrix<float> q(rows, depth, entry);
//   q.multiply(x, 1, depth, columns, out, q.padded_rows());     // out[c] = q x[c]
//
// Rows lie in tiles of up to 64, each [depth][width], so that the lanes of a vector run over rows
// and every element of x is broadcast: no horizontal sums, and any strides of x are equally good
// (columns may be channels of a sample or blocks of a channel). Sums run over k in order, in chunks
// of kChunk that are added up in order, so a column's result does not depend on how many columns
// are multiplied at once. That is what makes the sizes of pushes invisible. A lower triangular
// matrix stores and multiplies each tile only as far as its last row reaches.
// Highway kernels chosen at run time. Test: packed_matrix_test.cpp against plain loops.
#pragma once

#include <hwy/aligned_allocator.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <vector>

namespace yonder::memory::internal {

template <typename Scalar>
class PackedMatrix {
 public:
  /// Terms that are summed before they are added to the result.
  static constexpr size_t kChunk = 128;

  PackedMatrix() = default;
  /// entry(row, k) for 0 <= row < rows, 0 <= k < depth. depth_of(row), if given: entries from
  /// there on are zero and never asked for; it must not fall with row.
  PackedMatrix(size_t rows, size_t depth, const std::function<double(size_t, size_t)>& entry,
               const std::function<size_t(size_t)>& depth_of = {});

  size_t rows() const { return rows_; }
  /// Elements a result takes: rows rounded up to a multiple of 16.
  size_t padded_rows() const { return padded_rows_; }

  /// out[c * out_stride + row] = sum_k entry(row, k) x[k * step + c * stride], c < columns.
  /// out_stride >= padded_rows(); what lies behind the rows is overwritten with zeros.
  void multiply(const Scalar* x, size_t step, size_t stride, size_t columns, Scalar* out,
                size_t out_stride) const;

 private:
  struct Tile {
    size_t first_row = 0;
    size_t width = 0;  // a multiple of 16
    size_t depth = 0;
    size_t offset = 0;  // into values_
  };
  size_t rows_ = 0;
  size_t padded_rows_ = 0;
  std::vector<Tile> tiles_;
  hwy::AlignedFreeUniquePtr<Scalar[]> values_;
};

extern template class PackedMatrix<float>;
extern template class PackedMatrix<double>;

}  // namespace yonder::memory::internal
