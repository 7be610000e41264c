// SPDX-License-Identifier: Apache-2.0
// Each pass takes several vectors of points at a time (64 points with AVX-512): a step of Horner's
// rule waits for two multiply-adds, so independent chains keep both multipliers busy. The loops
// over the vectors are unrolled by the pragma, or gcc 12 at -O2 keeps the chains in memory. |A|^2
// at N = 75: 14.8 ns per point with 4 vectors and no pragma, 9.9 with it, 7.1 with 6 vectors, 6.1
// with 8 (AVX-512, 2.6 GHz, 2026-11-23). Sine, cosine and logarithm: vector_math-inl.h. High orders
// go to nonuniform_fft.h.
#include "yonder/density/internal/trigonometric_kernel.h"

#include "yonder/density/internal/nonuniform_fft.h"

#include <hwy/aligned_allocator.h>

#include <algorithm>
#include <cstddef>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "yonder/density/internal/trigonometric_kernel.cpp"
// The order of these is part of Highway's mechanism.
// clang-format off
#include <hwy/foreach_target.h>
#include <hwy/highway.h>
#include "yonder/density/internal/vector_math-inl.h"
// clang-format on

HWY_BEFORE_NAMESPACE();
namespace yonder::density::internal {
namespace HWY_NAMESPACE {

// In flight: as many as 32 registers of AVX-512 bear, or 16 of the others.
#if HWY_ARCH_X86 && HWY_TARGET <= HWY_AVX3
constexpr size_t kVectors = 8;
#else
constexpr size_t kVectors = 4;
#endif

// kVectors vectors of points, and A there.
struct Block {
  V cosine[kVectors], sine[kVectors], re[kVectors], im[kVectors];
};

HWY_INLINE void evaluate(const std::complex<double>* b, size_t terms, const double* x,
                         Block& block) {
  const D d;
  const size_t lanes = hn::Lanes(d);
  for (size_t v = 0; v < kVectors; ++v) {
    cos_sin_pi(hn::LoadU(d, x + v * lanes), block.cosine[v], block.sine[v]);
    block.re[v] = hn::Set(d, b[terms - 1].real());
    block.im[v] = hn::Set(d, b[terms - 1].imag());
  }
  const double* numbers = reinterpret_cast<const double*>(b);  // as std::complex allows
  for (size_t k = terms - 1; k-- > 0;) {
    const V b_re = hn::Set(d, numbers[2 * k]);
    const V b_im = hn::Set(d, numbers[2 * k + 1]);
    HWY_UNROLL(8)
    for (size_t v = 0; v < kVectors; ++v) {
      const V re =
          hn::MulAdd(block.re[v], block.cosine[v], hn::NegMulAdd(block.im[v], block.sine[v], b_re));
      block.im[v] =
          hn::MulAdd(block.re[v], block.sine[v], hn::MulAdd(block.im[v], block.cosine[v], b_im));
      block.re[v] = re;
    }
  }
}

// Calls body(first point, pointer to a block's worth of x) for every block; the last, short one is
// filled up with its own last point.
template <typename Body>
HWY_INLINE void for_each_block(std::span<const double> x, const Body& body) {
  const size_t points = kVectors * hn::Lanes(D());
  const size_t whole = x.size() / points * points;
  for (size_t first = 0; first < whole; first += points) {
    body(first, x.data() + first);
  }
  if (whole < x.size()) {
    HWY_ALIGN double padded[kVectors * hn::MaxLanes(D())];
    const auto end = std::copy(x.begin() + static_cast<ptrdiff_t>(whole), x.end(), padded);
    std::fill(end, padded + points, x.back());
    body(whole, padded);
  }
}

// Stores what `value(block, vector)` gives for each point.
template <typename Value>
HWY_INLINE void map_points(std::span<const std::complex<double>> b, std::span<const double> x,
                           std::span<double> out, const Value& value) {
  const D d;
  const size_t lanes = hn::Lanes(d);
  for_each_block(x, [&](size_t first, const double* block_x) HWY_ATTR {
    Block block;
    evaluate(b.data(), b.size(), block_x, block);
    HWY_ALIGN double results[kVectors * hn::MaxLanes(D())];
    for (size_t v = 0; v < kVectors; ++v) {
      hn::Store(value(block, v), d, results + v * lanes);
    }
    std::copy_n(results, std::min(kVectors * lanes, out.size() - first), out.data() + first);
  });
}

void squared_magnitude_of_points(std::span<const std::complex<double>> b, std::span<const double> x,
                                 std::span<double> out) {
  map_points(b, x, out, [](const Block& block, size_t v) HWY_ATTR {
    return hn::MulAdd(block.re[v], block.re[v], hn::Mul(block.im[v], block.im[v]));
  });
}

void log_squared_magnitude_of_points(std::span<const std::complex<double>> b,
                                     std::span<const double> x, std::span<double> out) {
  map_points(b, x, out, [](const Block& block, size_t v) HWY_ATTR {
    return log_norm(block.re[v], block.im[v]);
  });
}

HWY_INLINE V total(const V (&v)[kVectors]) {
  V sum = hn::Add(hn::Add(v[0], v[1]), hn::Add(v[2], v[3]));
  if constexpr (kVectors == 8) {
    sum = hn::Add(sum, hn::Add(hn::Add(v[4], v[5]), hn::Add(v[6], v[7])));
  }
  return sum;
}

// sums[k] += q z^k in every lane, k = 0..count-1; sums: count pairs of vectors.
HWY_INLINE void add_moments(const V (&q_re)[kVectors], const V (&q_im)[kVectors],
                            const Block& block, size_t count, double* sums) {
  const D d;
  const size_t lanes = hn::Lanes(d);
  V re[kVectors], im[kVectors];
  for (size_t v = 0; v < kVectors; ++v) {
    re[v] = q_re[v];
    im[v] = q_im[v];
  }
  for (size_t k = 0; k < count; ++k) {
    double* sum = sums + 2 * k * lanes;
    hn::Store(hn::Add(hn::Load(d, sum), total(re)), d, sum);
    hn::Store(hn::Add(hn::Load(d, sum + lanes), total(im)), d, sum + lanes);
    HWY_UNROLL(8)
    for (size_t v = 0; v < kVectors; ++v) {
      const V next = hn::MulSub(re[v], block.cosine[v], hn::Mul(im[v], block.sine[v]));
      im[v] = hn::MulAdd(re[v], block.sine[v], hn::Mul(im[v], block.cosine[v]));
      re[v] = next;
    }
  }
}

// Room for `count` pairs of vectors, aligned; the sums over their lanes at the end.
class LaneSums {
 public:
  explicit LaneSums(size_t count)
      : count_(count), memory_(hwy::AllocateAligned<double>(size() + 1)) {
    std::fill_n(memory_.get(), size(), 0.0);
  }
  double* start() { return memory_.get(); }
  void write(std::span<std::complex<double>> out) const {
    const D d;
    const size_t lanes = hn::Lanes(d);
    for (size_t k = 0; k < count_; ++k) {
      const double* sum = memory_.get() + 2 * k * lanes;
      out[k] = {hn::GetLane(hn::SumOfLanes(d, hn::Load(d, sum))),
                hn::GetLane(hn::SumOfLanes(d, hn::Load(d, sum + lanes)))};
    }
  }

 private:
  size_t size() const { return 2 * count_ * hn::Lanes(D()); }

  size_t count_;
  hwy::AlignedFreeUniquePtr<double[]> memory_;
};

double likelihood_sums_of_points(std::span<const std::complex<double>> b, std::span<const double> x,
                                 std::span<const double> w, const LikelihoodSums& sums) {
  const D d;
  const size_t lanes = hn::Lanes(d);
  LaneSums inverse(sums.inverse.size());
  LaneSums inverse_squared(sums.inverse_squared.size());
  LaneSums inverse_power(sums.inverse_power.size());
  const bool moments =
      !(sums.inverse.empty() && sums.inverse_squared.empty() && sums.inverse_power.empty());
  V log_sum = hn::Zero(d);
  for_each_block(x, [&](size_t first, const double* block_x) HWY_ATTR {
    Block block;
    evaluate(b.data(), b.size(), block_x, block);
    HWY_ALIGN double weights[kVectors * hn::MaxLanes(D())] = {};
    std::copy_n(w.data() + first, std::min(kVectors * lanes, w.size() - first), weights);
    V q_re[kVectors], q_im[kVectors], s_re[kVectors], s_im[kVectors], p[kVectors], none[kVectors];
    for (size_t v = 0; v < kVectors; ++v) {
      const V weight = hn::Load(d, weights + v * lanes);
      log_sum = hn::MulAdd(weight, log_norm(block.re[v], block.im[v]), log_sum);
      // 1 / A is conj(A) / |A|^2.
      const V norm = hn::MulAdd(block.re[v], block.re[v], hn::Mul(block.im[v], block.im[v]));
      const V inverse_norm = hn::Div(hn::Set(d, 1.0), norm);
      const V i_re = hn::Mul(block.re[v], inverse_norm);
      const V i_im = hn::Neg(hn::Mul(block.im[v], inverse_norm));
      q_re[v] = hn::Mul(weight, i_re);
      q_im[v] = hn::Mul(weight, i_im);
      s_re[v] = hn::MulSub(q_re[v], i_re, hn::Mul(q_im[v], i_im));
      s_im[v] = hn::MulAdd(q_re[v], i_im, hn::Mul(q_im[v], i_re));
      p[v] = hn::Mul(weight, inverse_norm);
      none[v] = hn::Zero(d);
    }
    if (moments) {
      add_moments(q_re, q_im, block, sums.inverse.size(), inverse.start());
      add_moments(s_re, s_im, block, sums.inverse_squared.size(), inverse_squared.start());
      add_moments(p, none, block, sums.inverse_power.size(), inverse_power.start());
    }
  });
  inverse.write(sums.inverse);
  inverse_squared.write(sums.inverse_squared);
  inverse_power.write(sums.inverse_power);
  return hn::GetLane(hn::SumOfLanes(d, log_sum));
}

}  // namespace HWY_NAMESPACE
}  // namespace yonder::density::internal
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace yonder::density::internal {

HWY_EXPORT(squared_magnitude_of_points);
HWY_EXPORT(log_squared_magnitude_of_points);
HWY_EXPORT(likelihood_sums_of_points);

void squared_magnitude_horner(std::span<const std::complex<double>> b, std::span<const double> x,
                              std::span<double> out) {
  HWY_DYNAMIC_DISPATCH(squared_magnitude_of_points)(b, x, out);
}

void log_squared_magnitude_horner(std::span<const std::complex<double>> b,
                                  std::span<const double> x, std::span<double> out) {
  HWY_DYNAMIC_DISPATCH(log_squared_magnitude_of_points)(b, x, out);
}

void squared_magnitude(std::span<const std::complex<double>> b, std::span<const double> x,
                       std::span<double> out) {
  const auto function =
      worth_fft(b.size(), x.size()) ? squared_magnitude_by_fft : squared_magnitude_horner;
  function(b, x, out);
}

void log_squared_magnitude(std::span<const std::complex<double>> b, std::span<const double> x,
                           std::span<double> out) {
  const auto function =
      worth_fft(b.size(), x.size()) ? log_squared_magnitude_by_fft : log_squared_magnitude_horner;
  function(b, x, out);
}

double likelihood_sums(std::span<const std::complex<double>> b, std::span<const double> x,
                       std::span<const double> w, const LikelihoodSums& sums) {
  return worth_fft(b.size(), x.size())
             ? likelihood_sums_by_fft(b, x, w, sums)
             : HWY_DYNAMIC_DISPATCH(likelihood_sums_of_points)(b, x, w, sums);
}

}  // namespace yonder::density::internal
#endif  // HWY_ONCE
