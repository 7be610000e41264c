// SPDX-License-Identifier: Apache-2.0
#include "yonder/memory/internal/legendre_kernels.h"

#include <algorithm>
#include <cmath>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "yonder/memory/internal/legendre_kernels.cpp"
#include <hwy/foreach_target.h>  // compiles what lies between BEFORE and AFTER once per target
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace yonder::memory::internal::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;
using D = hn::CappedTag<double, 8>;

void next_legendre_values(double first, double second, const double* HWY_RESTRICT x,
                          const double* HWY_RESTRICT current, double* HWY_RESTRICT previous,
                          size_t count) {
  const D d;
  const size_t lanes = hn::Lanes(d);
  const auto f = hn::Set(d, first);
  const auto g = hn::Set(d, second);
  size_t i = 0;
  for (; i + lanes <= count; i += lanes) {
    const auto xp = hn::Mul(hn::LoadU(d, x + i), hn::LoadU(d, current + i));
    hn::StoreU(hn::NegMulAdd(g, hn::LoadU(d, previous + i), hn::Mul(f, xp)), d, previous + i);
  }
  for (; i < count; ++i) {
    previous[i] = first * (x[i] * current[i]) - second * previous[i];
  }
}

void next_affine_values(size_t n, double scale, double offset, const double* HWY_RESTRICT a,
                        const double* HWY_RESTRICT current, double* HWY_RESTRICT previous) {
  const D d;
  const size_t lanes = hn::Lanes(d);
  const double inverse = 1.0 / a[n + 1];
  const auto s = hn::Set(d, scale * inverse);
  const auto t = hn::Set(d, offset * inverse);
  const auto b = hn::Set(d, a[n] * inverse);
  // Whole vectors: what lies behind element n + 1 is computed from zeros and stays zero.
  for (size_t k = 0; k <= n + 1; k += lanes) {
    const auto lower = hn::Mul(hn::LoadU(d, a + k), hn::LoadU(d, current + k - 1));
    const auto both = hn::MulAdd(hn::LoadU(d, a + k + 1), hn::LoadU(d, current + k + 1), lower);
    const auto old =
        hn::NegMulAdd(b, hn::LoadU(d, previous + k), hn::Mul(t, hn::LoadU(d, current + k)));
    hn::StoreU(hn::MulAdd(s, both, old), d, previous + k);
  }
}

double dot_product(const double* HWY_RESTRICT x, const double* HWY_RESTRICT y, size_t count) {
  const D d;
  const size_t lanes = hn::Lanes(d);
  auto s0 = hn::Zero(d);
  auto s1 = s0;
  auto s2 = s0;
  auto s3 = s0;
  size_t i = 0;
  for (; i + 4 * lanes <= count; i += 4 * lanes) {
    s0 = hn::MulAdd(hn::LoadU(d, x + i), hn::LoadU(d, y + i), s0);
    s1 = hn::MulAdd(hn::LoadU(d, x + i + lanes), hn::LoadU(d, y + i + lanes), s1);
    s2 = hn::MulAdd(hn::LoadU(d, x + i + 2 * lanes), hn::LoadU(d, y + i + 2 * lanes), s2);
    s3 = hn::MulAdd(hn::LoadU(d, x + i + 3 * lanes), hn::LoadU(d, y + i + 3 * lanes), s3);
  }
  for (; i + lanes <= count; i += lanes) {
    s0 = hn::MulAdd(hn::LoadU(d, x + i), hn::LoadU(d, y + i), s0);
  }
  double sum = hn::GetLane(hn::SumOfLanes(d, hn::Add(hn::Add(s0, s1), hn::Add(s2, s3))));
  for (; i < count; ++i) {
    sum += x[i] * y[i];
  }
  return sum;
}

}  // namespace yonder::memory::internal::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE

namespace yonder::memory::internal {

HWY_EXPORT(next_legendre_values);
HWY_EXPORT(next_affine_values);
HWY_EXPORT(dot_product);

std::vector<double> recurrence_coefficients(size_t count) {
  std::vector<double> a(count);
  for (size_t n = 1; n < count; ++n) {
    const auto m = static_cast<double>(n);
    a[n] = m / std::sqrt(4 * m * m - 1);
  }
  return a;
}

void next_legendre(size_t n, const double* x, const double* current, double* previous,
                   size_t count) {
  const auto m = static_cast<double>(n);
  HWY_DYNAMIC_DISPATCH(next_legendre_values)
  ((2 * m + 1) / (m + 1), m / (m + 1), x, current, previous, count);
}

void next_affine_row(size_t n, double scale, double offset, const double* a, const double* current,
                     double* previous) {
  HWY_DYNAMIC_DISPATCH(next_affine_values)(n, scale, offset, a, current, previous);
}

double dot(const double* x, const double* y, size_t count) {
  return HWY_DYNAMIC_DISPATCH(dot_product)(x, y, count);
}

}  // namespace yonder::memory::internal
#endif  // HWY_ONCE
