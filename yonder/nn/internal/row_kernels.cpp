// SPDX-License-Identifier: Apache-2.0
// This file is compiled once per instruction set (foreach_target).
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "yonder/nn/internal/row_kernels.cpp"
#include <hwy/foreach_target.h>  // IWYU pragma: keep
// After foreach_target:
#include "yonder/nn/internal/row_kernels.h"

#include <hwy/contrib/math/math-inl.h>
#include <hwy/highway.h>

#include <cmath>
#include <limits>

HWY_BEFORE_NAMESPACE();
namespace yonder::nn::internal::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;
using F = hn::CappedTag<float, kRowStep>;
using U32 = hn::RebindToUnsigned<F>;
using I32 = hn::RebindToSigned<F>;
using U16 = hn::Rebind<uint16_t, F>;

/// Adds what rounds the upper half of the bits to the nearest even.
uint32_t round_bits(uint32_t bits) { return (bits + 0x7FFF + ((bits >> 16) & 1)) >> 16; }

void WidenRow(const uint16_t* HWY_RESTRICT from, size_t n, float* HWY_RESTRICT to) {
  const F f;
  const size_t lanes = hn::Lanes(f);
  size_t j = 0;
  for (; j + lanes <= n; j += lanes) {
    const auto bits = hn::ShiftLeft<16>(hn::PromoteTo(U32(), hn::LoadU(U16(), from + j)));
    hn::StoreU(hn::BitCast(f, bits), f, to + j);
  }
  for (; j < n; ++j) {
    const uint32_t bits = static_cast<uint32_t>(from[j]) << 16;
    hwy::CopyBytes<4>(&bits, to + j);
  }
}

void NarrowRow(const float* HWY_RESTRICT from, size_t n, uint16_t* HWY_RESTRICT to) {
  const F f;
  const U32 u;
  const size_t lanes = hn::Lanes(f);
  size_t j = 0;
  for (; j + lanes <= n; j += lanes) {
    const auto bits = hn::BitCast(u, hn::LoadU(f, from + j));
    const auto odd = hn::And(hn::ShiftRight<16>(bits), hn::Set(u, 1));
    const auto rounded = hn::ShiftRight<16>(hn::Add(bits, hn::Add(odd, hn::Set(u, 0x7FFF))));
    hn::StoreU(hn::DemoteTo(U16(), hn::BitCast(I32(), rounded)), U16(), to + j);
  }
  for (; j < n; ++j) {
    uint32_t bits = 0;
    hwy::CopyBytes<4>(from + j, &bits);
    to[j] = static_cast<uint16_t>(round_bits(bits));
  }
}

double SoftmaxRow(float* HWY_RESTRICT row, size_t n) {
  const F f;
  const size_t lanes = hn::Lanes(f);
  auto top = hn::Set(f, -std::numeric_limits<float>::infinity());
  for (size_t j = 0; j < n; j += lanes) {
    top = hn::Max(top, hn::LoadU(f, row + j));
  }
  const float max = hn::GetLane(hn::MaxOfLanes(f, top));
  if (max == -std::numeric_limits<float>::infinity()) {
    for (size_t j = 0; j < n; j += lanes) {
      hn::StoreU(hn::Zero(f), f, row + j);
    }
    return max;
  }
  auto sums = hn::Zero(f);
  const auto shift = hn::Set(f, max);
  for (size_t j = 0; j < n; j += lanes) {
    const auto e = hn::Exp(f, hn::Sub(hn::LoadU(f, row + j), shift));
    sums = hn::Add(sums, e);
    hn::StoreU(e, f, row + j);
  }
  const float sum = hn::GetLane(hn::SumOfLanes(f, sums));
  const auto factor = hn::Set(f, 1.0F / sum);
  for (size_t j = 0; j < n; j += lanes) {
    hn::StoreU(hn::Mul(hn::LoadU(f, row + j), factor), f, row + j);
  }
  return static_cast<double>(max) + std::log(static_cast<double>(sum));
}

void SoftmaxRowGradient(const float* HWY_RESTRICT weight, float* HWY_RESTRICT gradient, size_t n) {
  const F f;
  const size_t lanes = hn::Lanes(f);
  auto sums = hn::Zero(f);
  for (size_t j = 0; j < n; j += lanes) {
    sums = hn::MulAdd(hn::LoadU(f, weight + j), hn::LoadU(f, gradient + j), sums);
  }
  const auto mean = hn::Set(f, hn::GetLane(hn::SumOfLanes(f, sums)));
  for (size_t j = 0; j < n; j += lanes) {
    const auto g = hn::Sub(hn::LoadU(f, gradient + j), mean);
    hn::StoreU(hn::Mul(hn::LoadU(f, weight + j), g), f, gradient + j);
  }
}

float NormalizeRow(const float* HWY_RESTRICT row, const float* HWY_RESTRICT weight, size_t n,
                   double epsilon, float* HWY_RESTRICT out) {
  const F f;
  const size_t lanes = hn::Lanes(f);
  auto squares = hn::Zero(f);
  size_t j = 0;
  for (; j + lanes <= n; j += lanes) {
    const auto x = hn::LoadU(f, row + j);
    squares = hn::MulAdd(x, x, squares);
  }
  double sum = hn::GetLane(hn::SumOfLanes(f, squares));
  for (; j < n; ++j) {
    sum += static_cast<double>(row[j]) * row[j];
  }
  const auto r = static_cast<float>(1 / std::sqrt(sum / static_cast<double>(n) + epsilon));
  const auto factor = hn::Set(f, r);
  for (j = 0; j + lanes <= n; j += lanes) {
    const auto x = hn::Mul(hn::LoadU(f, row + j), factor);
    hn::StoreU(hn::Mul(x, hn::LoadU(f, weight + j)), f, out + j);
  }
  for (; j < n; ++j) {
    out[j] = row[j] * r * weight[j];
  }
  return r;
}

void NormalizeRowGradient(const float* HWY_RESTRICT row, const float* HWY_RESTRICT weight, float r,
                          size_t n, float* HWY_RESTRICT gradient,
                          float* HWY_RESTRICT weight_gradient) {
  // d out_j / d row_k = weight_j (r [j = k] - r^3 row_j row_k / n)
  const F f;
  const size_t lanes = hn::Lanes(f);
  const auto factor = hn::Set(f, r);
  auto products = hn::Zero(f);
  double sum = 0;
  size_t j = 0;
  for (; j + lanes <= n; j += lanes) {
    const auto x = hn::LoadU(f, row + j);
    const auto gx = hn::Mul(hn::LoadU(f, gradient + j), x);
    products = hn::MulAdd(gx, hn::LoadU(f, weight + j), products);
    hn::StoreU(hn::MulAdd(gx, factor, hn::LoadU(f, weight_gradient + j)), f, weight_gradient + j);
  }
  for (; j < n; ++j) {
    sum += static_cast<double>(gradient[j]) * row[j] * weight[j];
    weight_gradient[j] += gradient[j] * row[j] * r;
  }
  sum += hn::GetLane(hn::SumOfLanes(f, products));
  const auto common = static_cast<float>(sum * r * r / static_cast<double>(n));
  const auto shift = hn::Set(f, common);
  for (j = 0; j + lanes <= n; j += lanes) {
    const auto direct = hn::Mul(hn::LoadU(f, gradient + j), hn::LoadU(f, weight + j));
    const auto through_norm = hn::Mul(hn::LoadU(f, row + j), shift);
    hn::StoreU(hn::Mul(hn::Sub(direct, through_norm), factor), f, gradient + j);
  }
  for (; j < n; ++j) {
    gradient[j] = (gradient[j] * weight[j] - row[j] * common) * r;
  }
}

void RotateRow(float* HWY_RESTRICT row, const float* HWY_RESTRICT cos,
               const float* HWY_RESTRICT sin, float sign, size_t half) {
  const F f;
  const size_t lanes = hn::Lanes(f);
  const auto direction = hn::Set(f, sign);
  size_t c = 0;
  for (; c + lanes <= half; c += lanes) {
    const auto a = hn::LoadU(f, row + c);
    const auto b = hn::LoadU(f, row + half + c);
    const auto cosine = hn::LoadU(f, cos + c);
    const auto sine = hn::Mul(hn::LoadU(f, sin + c), direction);
    hn::StoreU(hn::Sub(hn::Mul(a, cosine), hn::Mul(b, sine)), f, row + c);
    hn::StoreU(hn::Add(hn::Mul(b, cosine), hn::Mul(a, sine)), f, row + half + c);
  }
  for (; c < half; ++c) {
    const float a = row[c];
    const float b = row[half + c];
    row[c] = a * cos[c] - b * sin[c] * sign;
    row[half + c] = b * cos[c] + a * sin[c] * sign;
  }
}

}  // namespace yonder::nn::internal::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace yonder::nn::internal {

HWY_EXPORT(WidenRow);
HWY_EXPORT(NarrowRow);
HWY_EXPORT(SoftmaxRow);
HWY_EXPORT(SoftmaxRowGradient);
HWY_EXPORT(NormalizeRow);
HWY_EXPORT(NormalizeRowGradient);
HWY_EXPORT(RotateRow);

void widen_row(const uint16_t* from, size_t n, float* to) {
  HWY_DYNAMIC_DISPATCH(WidenRow)(from, n, to);
}

void narrow_row(const float* from, size_t n, uint16_t* to) {
  HWY_DYNAMIC_DISPATCH(NarrowRow)(from, n, to);
}

double softmax_row(float* row, size_t n) { return HWY_DYNAMIC_DISPATCH(SoftmaxRow)(row, n); }

void softmax_row_gradient(const float* weight, float* gradient, size_t n) {
  HWY_DYNAMIC_DISPATCH(SoftmaxRowGradient)(weight, gradient, n);
}

float normalize_row(const float* row, const float* weight, size_t n, double epsilon, float* out) {
  return HWY_DYNAMIC_DISPATCH(NormalizeRow)(row, weight, n, epsilon, out);
}

void normalize_row_gradient(const float* row, const float* weight, float r, size_t n,
                            float* gradient, float* weight_gradient) {
  HWY_DYNAMIC_DISPATCH(NormalizeRowGradient)(row, weight, r, n, gradient, weight_gradient);
}

void rotate_row(float* row, const float* cos, const float* sin, float sign, size_t half) {
  HWY_DYNAMIC_DISPATCH(RotateRow)(row, cos, sin, sign, half);
}

}  // namespace yonder::nn::internal
#endif  // HWY_ONCE
