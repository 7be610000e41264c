// SPDX-License-Identifier: Apache-2.0
// The first guess takes the density as linear in the cell, from its value at the outer edge to what
// gives the right total; then come three steps of Newton's method.
#include "yonder/density/internal/series_inverse.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "yonder/density/internal/series_inverse.cpp"
// clang-format off: the order is part of Highway's mechanism
#include <hwy/foreach_target.h>
#include <hwy/highway.h>
// clang-format on

#include <algorithm>

HWY_BEFORE_NAMESPACE();
namespace yonder::density::internal {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

using D = hn::ScalableTag<double>;
using DI = hn::RebindToSigned<D>;
using V = hn::Vec<D>;

HWY_INLINE V inverse(const double* terms, const int64_t* first_term, V mass, V total) {
  const D d;
  const DI di;
  const auto at = hn::LoadU(di, first_term);
  V m[kSeriesTerms];
  for (size_t j = 0; j < kSeriesTerms; ++j) {
    m[j] = hn::GatherIndex(d, terms + j, at);
  }
  const V zero = hn::Zero(d);
  const V one = hn::Set(d, 1.0);
  const V two = hn::Set(d, 2.0);
  // r = a t + (1 - a) t^2 with r = mass / total, a = m_0 / total.
  const V r = hn::Min(hn::Div(mass, total), one);
  const V a = hn::Min(hn::Max(hn::Div(m[0], total), zero), two);
  const V root = hn::Sqrt(
      hn::Max(hn::MulAdd(hn::Mul(hn::Set(d, 4.0), hn::Sub(one, a)), r, hn::Mul(a, a)), zero));
  V t = hn::Min(hn::Div(hn::Add(r, r), hn::Max(hn::Add(a, root), hn::Set(d, 1e-300))), one);
  V change = one;
  for (int step = 0; step < 3; ++step) {
    V sum = m[kSeriesTerms - 1];
    V slope = zero;
    for (size_t j = kSeriesTerms - 1; j-- > 0;) {
      slope = hn::MulAdd(slope, t, sum);
      sum = hn::MulAdd(sum, t, m[j]);
    }
    slope = hn::MulAdd(slope, t, sum);
    const V next = hn::Sub(t, hn::Div(hn::NegMulSub(sum, t, hn::Neg(mass)), hn::Neg(slope)));
    const V inside = hn::Min(hn::Max(next, zero), one);
    change = hn::Sub(inside, t);
    t = inside;
  }
  // Newton doubles the digits, so this change was the last that mattered. NaN is not settled.
  const auto settled = hn::Le(hn::Abs(change), hn::Mul(t, hn::Set(d, 1e-9)));
  return hn::IfThenElse(settled, t, hn::Neg(one));
}

void InvertSeries(std::span<const Series> series, std::span<const uint32_t> index,
                  std::span<const double> mass, std::span<const double> total,
                  std::span<double> t) {
  const D d;
  const size_t lanes = hn::Lanes(d);
  const double* terms = series.front().data();
  HWY_ALIGN int64_t first_term[hn::MaxLanes(D())];
  HWY_ALIGN double padded[3][hn::MaxLanes(D())];
  for (size_t i = 0; i < t.size(); i += lanes) {
    const size_t count = std::min(lanes, t.size() - i);
    for (size_t lane = 0; lane < lanes; ++lane) {
      const size_t from = i + std::min(lane, count - 1);
      first_term[lane] = static_cast<int64_t>(index[from] * kSeriesTerms);
      padded[0][lane] = mass[from];
      padded[1][lane] = total[from];
    }
    hn::Store(inverse(terms, first_term, hn::Load(d, padded[0]), hn::Load(d, padded[1])), d,
              padded[2]);
    std::copy_n(padded[2], count, t.data() + i);
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace yonder::density::internal
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace yonder::density::internal {

HWY_EXPORT(InvertSeries);

void invert_series(std::span<const Series> series, std::span<const uint32_t> index,
                   std::span<const double> mass, std::span<const double> total,
                   std::span<double> t) {
  HWY_DYNAMIC_DISPATCH(InvertSeries)(series, index, mass, total, t);
}

}  // namespace yonder::density::internal
#endif  // HWY_ONCE
