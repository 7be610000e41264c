// SPDX-License-Identifier: Apache-2.0
// One row of a tensor of float32 or bfloat16 as float32 scratch for row_kernels.h. Test: through
// masked_softmax_test.cpp and cross_entropy_test.cpp.
#pragma once

#include "yonder/nn/internal/row_kernels.h"

#include <ATen/core/Tensor.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace yonder::nn::internal {

class RowBuffer {
 public:
  explicit RowBuffer(int64_t n)
      : n_(static_cast<size_t>(n)), values_(scratch(padded_row(static_cast<size_t>(n)))) {}
  ~RowBuffer() { pool().push_back(std::move(values_)); }
  RowBuffer(const RowBuffer&) = delete;
  RowBuffer& operator=(const RowBuffer&) = delete;

  float* data() { return values_.data(); }
  size_t padded() const { return padded_row(n_); }
  float& operator[](int64_t j) { return values_[static_cast<size_t>(j)]; }

  /// n numbers of a contiguous tensor from its element `offset` on; `filler` after them.
  void load(const at::Tensor& tensor, int64_t offset, float filler) {
    if (tensor.scalar_type() == at::kFloat) {
      std::copy_n(tensor.data_ptr<float>() + offset, n_, values_.begin());
    } else {
      widen_row(static_cast<const uint16_t*>(tensor.data_ptr()) + offset, n_, values_.data());
    }
    std::fill(values_.begin() + static_cast<ptrdiff_t>(n_),
              values_.begin() + static_cast<ptrdiff_t>(padded()), filler);
  }
  void store(const at::Tensor& tensor, int64_t offset) const {
    if (tensor.scalar_type() == at::kFloat) {
      std::copy_n(values_.begin(), n_, tensor.data_ptr<float>() + offset);
    } else {
      narrow_row(values_.data(), n_, static_cast<uint16_t*>(tensor.data_ptr()) + offset);
    }
  }

 private:
  /// Memory of earlier rows of this thread.
  static std::vector<std::vector<float>>& pool() {
    thread_local std::vector<std::vector<float>> kept;
    return kept;
  }
  static std::vector<float> scratch(size_t n) {
    std::vector<float> values;
    if (!pool().empty()) {
      values = std::move(pool().back());
      pool().pop_back();
    }
    if (values.size() < n) {
      values.resize(n);
    }
    return values;
  }
  size_t n_;
  std::vector<float> values_;
};

}  // namespace yonder::nn::internal
