// SPDX-License-Identifier: Apache-2.0
#include "yonder/memory/internal/fold.h"

#include <algorithm>
#include <array>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "yonder/memory/internal/fold.cpp"
#include <hwy/foreach_target.h>  // compiles what lies between BEFORE and AFTER once per target
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace yonder::memory::internal::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

template <typename T>
HWY_ATTR void fold_one(const T* HWY_RESTRICT u, size_t nodes, T* HWY_RESTRICT even,
                       T* HWY_RESTRICT odd) {
  const hn::CappedTag<T, 16> d;
  const size_t lanes = hn::Lanes(d);
  const size_t pairs = nodes / 2;
  const T reference = u[0];
  const auto r = hn::Set(d, reference);
  size_t j = 0;
  for (; j + lanes <= pairs; j += lanes) {
    const auto left = hn::LoadU(d, u + j);
    const auto right = hn::Reverse(d, hn::LoadU(d, u + nodes - j - lanes));
    hn::StoreU(hn::Add(hn::Sub(left, r), hn::Sub(right, r)), d, even + j);
    hn::StoreU(hn::Sub(left, right), d, odd + j);
  }
  for (; j < pairs; ++j) {
    const T left = u[j];
    const T right = u[nodes - 1 - j];
    even[j] = (left - reference) + (right - reference);
    odd[j] = left - right;
  }
  if (nodes % 2 != 0) {
    even[pairs] = u[pairs] - reference;
    odd[pairs] = 0;
  }
}

template <typename T>
HWY_ATTR void fold_row(const T* HWY_RESTRICT first, const T* HWY_RESTRICT left,
                       const T* HWY_RESTRICT right, size_t width, T* HWY_RESTRICT even,
                       T* HWY_RESTRICT odd) {
  const hn::CappedTag<T, 16> d;
  const size_t lanes = hn::Lanes(d);
  size_t c = 0;
  for (; c + lanes <= width; c += lanes) {
    const auto r = hn::LoadU(d, first + c);
    const auto a = hn::LoadU(d, left + c);
    const auto b = hn::LoadU(d, right + c);
    hn::StoreU(hn::Add(hn::Sub(a, r), hn::Sub(b, r)), d, even + c);
    hn::StoreU(hn::Sub(a, b), d, odd + c);
  }
  for (; c < width; ++c) {
    even[c] = (left[c] - first[c]) + (right[c] - first[c]);
    odd[c] = left[c] - right[c];
  }
}

template <typename T>
HWY_ATTR void fold_rows(const T* u, size_t nodes, size_t pitch, size_t width, T* even, T* odd) {
  const size_t pairs = nodes / 2;
  for (size_t j = 0; j < pairs; ++j) {
    fold_row(u, u + j * pitch, u + (nodes - 1 - j) * pitch, width, even + j * width,
             odd + j * width);
  }
  if (nodes % 2 != 0) {
    for (size_t c = 0; c < width; ++c) {
      even[pairs * width + c] = u[pairs * pitch + c] - u[c];
      odd[pairs * width + c] = 0;
    }
  }
}

template <typename T, class D>
HWY_ATTR hn::Vec<D> load_wide(D d, const T* from) {
  if constexpr (sizeof(T) == sizeof(double)) {
    return hn::LoadU(d, from);
  } else {
    return hn::PromoteTo(d, hn::LoadU(hn::Rebind<float, D>(), from));
  }
}

inline double squared(double u) { return u * u; }
inline double squared_line(double u0, double u1) { return (u0 * u0 + u0 * u1 + u1 * u1) / 3; }

// sum[c] = sum over rows of the energy of the cell at u[row * width + c]; its line, if any, ends
// `next` samples further on (0: held).
template <typename T>
HWY_ATTR void energy_rows(const T* u, size_t rows, size_t width, size_t next, double* sum) {
  const hn::CappedTag<double, 8> d;
  const size_t lanes = hn::Lanes(d);
  const auto third = hn::Set(d, 1.0 / 3);
  size_t c = 0;
  for (; c + lanes <= width; c += lanes) {
    auto total = hn::Zero(d);
    for (size_t row = 0; row < rows; ++row) {
      const T* at = u + row * width + c;
      const auto u0 = load_wide(d, at);
      if (next == 0) {
        total = hn::MulAdd(u0, u0, total);
      } else {
        const auto u1 = load_wide(d, at + next);
        total = hn::MulAdd(third, hn::MulAdd(u0, u0, hn::Mul(u1, hn::Add(u0, u1))), total);
      }
    }
    hn::StoreU(total, d, sum + c);
  }
  for (; c < width; ++c) {
    double total = 0;
    for (size_t row = 0; row < rows; ++row) {
      const T* at = u + row * width + c;
      total += next == 0 ? squared(at[0]) : squared_line(at[0], at[next]);
    }
    sum[c] = total;
  }
}

// One channel is treated as 64 that lie side by side.
template <typename T>
HWY_ATTR double energy_of_one(const T* u, size_t cells, size_t next) {
  constexpr size_t kWidth = 64;
  double sums[kWidth];
  const size_t rows = cells / kWidth;
  energy_rows(u, rows, kWidth, next, sums);
  double total = 0;
  for (size_t i = rows * kWidth; i < cells; ++i) {
    total += next == 0 ? squared(u[i]) : squared_line(u[i], u[i + next]);
  }
  for (const double sum : sums) {
    total += sum;
  }
  return total;
}

template <typename T>
HWY_ATTR void energy_of_block(const T* u, size_t cells, size_t channels, bool linear,
                              double* energy) {
  if (channels == 1) {
    energy[0] = energy_of_one(u, cells, linear ? 1 : 0);
  } else {
    energy_rows(u, cells, channels, linear ? channels : 0, energy);
  }
}

void fold_float(const float* u, size_t nodes, float* even, float* odd) {
  fold_one(u, nodes, even, odd);
}
void fold_double(const double* u, size_t nodes, double* even, double* odd) {
  fold_one(u, nodes, even, odd);
}
void fold_rows_float(const float* u, size_t nodes, size_t pitch, size_t width, float* even,
                     float* odd) {
  fold_rows(u, nodes, pitch, width, even, odd);
}
void fold_rows_double(const double* u, size_t nodes, size_t pitch, size_t width, double* even,
                      double* odd) {
  fold_rows(u, nodes, pitch, width, even, odd);
}
void energy_float(const float* u, size_t cells, size_t channels, bool linear, double* energy) {
  energy_of_block(u, cells, channels, linear, energy);
}
void energy_double(const double* u, size_t cells, size_t channels, bool linear, double* energy) {
  energy_of_block(u, cells, channels, linear, energy);
}

}  // namespace yonder::memory::internal::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE

namespace yonder::memory::internal {

HWY_EXPORT(fold_float);
HWY_EXPORT(fold_double);
HWY_EXPORT(fold_rows_float);
HWY_EXPORT(fold_rows_double);
HWY_EXPORT(energy_float);
HWY_EXPORT(energy_double);

void fold(const float* u, size_t nodes, float* even, float* odd) {
  HWY_DYNAMIC_DISPATCH(fold_float)(u, nodes, even, odd);
}

void fold(const double* u, size_t nodes, double* even, double* odd) {
  HWY_DYNAMIC_DISPATCH(fold_double)(u, nodes, even, odd);
}

void fold_channels(const float* u, size_t nodes, size_t pitch, size_t width, float* even,
                   float* odd) {
  HWY_DYNAMIC_DISPATCH(fold_rows_float)(u, nodes, pitch, width, even, odd);
}

void fold_channels(const double* u, size_t nodes, size_t pitch, size_t width, double* even,
                   double* odd) {
  HWY_DYNAMIC_DISPATCH(fold_rows_double)(u, nodes, pitch, width, even, odd);
}

void block_energy(const float* u, size_t cells, size_t channels, bool linear, double* energy) {
  HWY_DYNAMIC_DISPATCH(energy_float)(u, cells, channels, linear, energy);
}

void block_energy(const double* u, size_t cells, size_t channels, bool linear, double* energy) {
  HWY_DYNAMIC_DISPATCH(energy_double)(u, cells, channels, linear, energy);
}

}  // namespace yonder::memory::internal
#endif  // HWY_ONCE
