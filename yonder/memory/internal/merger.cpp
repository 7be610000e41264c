// SPDX-License-Identifier: Apache-2.0
#include "yonder/memory/internal/merger.h"

#include "yonder/memory/internal/shared_by_key.h"
#include "yonder/memory/merge.h"

#include <algorithm>
#include <span>

namespace yonder::memory::internal {
namespace {

// The element of M1(1/2) = H/2 with H of p_n((s - 1) / 2). An integral of P_n, n even, over half
// the interval is nothing; that it is exactly nothing keeps constants constant.
double half_entry(const Matrix& h, size_t n, size_t k) {
  return n > 0 && n % 2 == 0 && k == 0
             ? 0.0
             : 0.5 * h.at(static_cast<int64_t>(n), static_cast<int64_t>(k));
}

template <typename Scalar>
PackedMatrix<Scalar> every_other_row(const Matrix& h, size_t first) {
  const auto order = static_cast<size_t>(h.rows);
  const size_t rows = (order + 1 - first) / 2;
  return PackedMatrix<Scalar>(
      rows, order, [&](size_t row, size_t k) { return half_entry(h, 2 * row + first, k); },
      [&](size_t row) { return 2 * row + first + 1; });
}

template <typename Scalar>
std::shared_ptr<const HalfMerge<Scalar>> shared_half(int64_t order) {
  static SharedByKey<int64_t, HalfMerge<Scalar>> cache;
  return cache.get(order, [&] { return HalfMerge<Scalar>(order); });
}

}  // namespace

template <typename Scalar>
HalfMerge<Scalar>::HalfMerge(int64_t order) {
  const Matrix h = affine_legendre(order, 0.5, -0.5);
  even = every_other_row<Scalar>(h, 0);
  odd = every_other_row<Scalar>(h, 1);
}

template <typename Scalar>
Merger<Scalar>::Merger(int64_t order) : order_(static_cast<size_t>(order)) {}

template <typename Scalar>
void Merger<Scalar>::merge(double older_length, const Scalar* older, double newer_length,
                           const Scalar* newer, int64_t channels, Scalar* merged) {
  const auto count = static_cast<size_t>(channels);
  if (older_length == newer_length) {
    merge_halves(older, newer, channels, merged);
    return;
  }
  const size_t size = count * order_;
  wide_.resize(2 * size);
  std::copy_n(older, size, wide_.begin());
  std::copy_n(newer, size, wide_.begin() + static_cast<std::ptrdiff_t>(size));
  const std::span<double> first = std::span(wide_).first(size);
  merge_coefficients(static_cast<int64_t>(order_), older_length, newer_length, first,
                     std::span(wide_).last(size), first);
  std::transform(first.begin(), first.end(), merged,
                 [](double value) { return static_cast<Scalar>(value); });
}

template <typename Scalar>
void Merger<Scalar>::merge_halves(const Scalar* older, const Scalar* newer, int64_t channel_count,
                                  Scalar* merged) {
  const auto channels = static_cast<size_t>(channel_count);
  if (!half_) {
    half_ = shared_half<Scalar>(static_cast<int64_t>(order_));
  }
  const size_t size = channels * order_;
  inputs_.resize(2 * size);
  Scalar* for_even = inputs_.data();
  Scalar* for_odd = for_even + size;
  for (size_t c = 0; c < channels; ++c) {
    for (size_t k = 0; k < order_; ++k) {
      const size_t i = c * order_ + k;
      const Scalar sum = older[i] + newer[i];
      const Scalar difference = older[i] - newer[i];
      for_even[i] = k % 2 == 0 ? sum : difference;
      for_odd[i] = k % 2 == 0 ? difference : sum;
    }
  }
  const size_t even_pitch = half_->even.padded_rows();
  const size_t odd_pitch = half_->odd.padded_rows();
  outputs_.resize(channels * (even_pitch + odd_pitch));
  Scalar* even = outputs_.data();
  Scalar* odd = even + channels * even_pitch;
  half_->even.multiply(for_even, 1, order_, channels, even, even_pitch);
  half_->odd.multiply(for_odd, 1, order_, channels, odd, odd_pitch);
  for (size_t c = 0; c < channels; ++c) {
    Scalar* to = merged + c * order_;
    for (size_t n = 0; n < order_; ++n) {
      to[n] = n % 2 == 0 ? even[c * even_pitch + n / 2] : odd[c * odd_pitch + n / 2];
    }
  }
}

template struct HalfMerge<float>;
template struct HalfMerge<double>;
template class Merger<float>;
template class Merger<double>;

}  // namespace yonder::memory::internal
