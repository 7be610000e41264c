// SPDX-License-Identifier: Apache-2.0
// Each pass takes four vectors of points at a time (32 points with AVX-512): a step of Horner's
// rule waits for two multiply-adds, so four independent chains keep both multipliers busy. sin and
// cos of pi x need no argument reduction worth the name on [-1, 1]: x - round(2 x) / 2 is exact.
// The logarithm is 2 atanh((m - 1) / (m + 1)) of the mantissa. All three polynomials are plain
// Taylor series, long enough that truncation stays below rounding (docs/math/density.md,
// "Kernels").
#include "yonder/density/internal/trigonometric_kernel.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "yonder/density/internal/trigonometric_kernel.cpp"
// clang-format off: the order is part of Highway's mechanism
#include <hwy/foreach_target.h>
#include <hwy/highway.h>
// clang-format on
#include <hwy/aligned_allocator.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numbers>

HWY_BEFORE_NAMESPACE();
namespace yonder::density::internal {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

using D = hn::ScalableTag<double>;
using V = hn::Vec<D>;

constexpr size_t kVectors = 4;  // in flight

// coefficients[0] + t (coefficients[1] + t (...)).
template <size_t kSize>
HWY_INLINE V polynomial(V t, const double (&coefficients)[kSize]) {
  const D d;
  V sum = hn::Set(d, coefficients[kSize - 1]);
  for (size_t i = kSize - 1; i-- > 0;) {
    sum = hn::MulAdd(sum, t, hn::Set(d, coefficients[i]));
  }
  return sum;
}

// cos(pi x) and sin(pi x) for |x| <= 1.
HWY_INLINE void cos_sin_pi(V x, V& cosine, V& sine) {
  // pi^(2k+1) / (2k+1)! and pi^(2k) / (2k)!, alternating; |r| <= 1/4.
  static constexpr double kSine[] = {
      3.141592653589793,      -5.16771278004997,       2.5501640398773455,
      -0.5992645293207921,    0.08214588661112823,     -0.0073704309457143504,
      0.00046630280576761255, -2.1915353447830217e-05, 7.952054001475513e-07};
  static constexpr double kCosine[] = {1.0,
                                       -4.934802200544679,
                                       4.0587121264167685,
                                       -1.3352627688545895,
                                       0.2353306303588932,
                                       -0.02580689139001406,
                                       0.0019295743094039231,
                                       -0.0001046381049248457,
                                       4.303069587032947e-06,
                                       -1.3878952462213771e-07};
  const D d;
  const V quarter_turns = hn::Round(hn::Add(x, x));  // -2..2
  const V r = hn::NegMulAdd(quarter_turns, hn::Set(d, 0.5), x);
  const V r2 = hn::Mul(r, r);
  const V s = hn::Mul(r, polynomial(r2, kSine));
  const V c = polynomial(r2, kCosine);
  const V turns = hn::Abs(quarter_turns);
  const auto odd = hn::Eq(turns, hn::Set(d, 1.0));
  const auto half = hn::Eq(turns, hn::Set(d, 2.0));
  const V signed_s = hn::Xor(s, hn::And(quarter_turns, hn::SignBit(d)));
  cosine = hn::IfThenElse(odd, hn::Neg(signed_s), hn::IfThenElse(half, hn::Neg(c), c));
  sine = hn::IfThenElse(odd, hn::CopySign(c, quarter_turns), hn::IfThenElse(half, hn::Neg(s), s));
}

// ln of a positive normal number, or of 0 (-infinity), or of infinity.
HWY_INLINE V log_normal(V v) {
  // 2 / (2k + 3): what 2 atanh(s) / s - 2 is in powers of s^2, |s| <= 0.172.
  static constexpr double kTail[] = {2.0 / 3,  2.0 / 5,  2.0 / 7,  2.0 / 9,  2.0 / 11, 2.0 / 13,
                                     2.0 / 15, 2.0 / 17, 2.0 / 19, 2.0 / 21, 2.0 / 23};
  const D d;
  const hn::RebindToSigned<D> di;
  const auto bits = hn::BitCast(di, v);
  // The exponent e with mantissa in [sqrt(1/2), sqrt(2)): shift the bits so that it starts there.
  const auto sqrt_half = hn::Set(di, 0x3FE6A09E667F3BCD);
  const auto exponent = hn::ShiftRight<52>(hn::Sub(bits, sqrt_half));
  const V m = hn::BitCast(d, hn::Sub(bits, hn::ShiftLeft<52>(exponent)));
  const V e = hn::ConvertTo(d, exponent);
  const V f = hn::Sub(m, hn::Set(d, 1.0));
  const V s = hn::Div(f, hn::Add(f, hn::Set(d, 2.0)));
  const V z = hn::Mul(s, s);
  const V tail = hn::Mul(z, polynomial(z, kTail));
  // ln(1 + f) = f - s (f - tail); ln 2 in two parts, the first with 32 bits.
  const V low =
      hn::MulAdd(e, hn::Set(d, 1.9082149292705877e-10), hn::Neg(hn::Mul(s, hn::Sub(f, tail))));
  const V log = hn::MulAdd(e, hn::Set(d, 0.6931471803691238), hn::Add(low, f));
  const V zero = hn::Zero(d);
  const V infinity = hn::Inf(d);
  const V result = hn::IfThenElse(hn::Eq(v, zero), hn::Neg(infinity), log);
  return hn::IfThenElse(hn::Lt(v, infinity), result, v);  // infinity and NaN stay
}

// ln (re^2 + im^2), also where the squares underflow.
HWY_INLINE V log_norm(V re, V im) {
  const D d;
  const auto tiny = hn::Lt(hn::Max(hn::Abs(re), hn::Abs(im)), hn::Set(d, 0x1p-480));
  const V scale = hn::IfThenElse(tiny, hn::Set(d, 0x1p600), hn::Set(d, 1.0));
  const V x = hn::Mul(re, scale);
  const V y = hn::Mul(im, scale);
  const V log = log_normal(hn::MulAdd(x, x, hn::Mul(y, y)));
  return hn::Sub(log, hn::IfThenElseZero(tiny, hn::Set(d, 1200 * std::numbers::ln2)));
}

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

void SquaredMagnitude(std::span<const std::complex<double>> b, std::span<const double> x,
                      std::span<double> out) {
  map_points(b, x, out, [](const Block& block, size_t v) HWY_ATTR {
    return hn::MulAdd(block.re[v], block.re[v], hn::Mul(block.im[v], block.im[v]));
  });
}

void LogSquaredMagnitude(std::span<const std::complex<double>> b, std::span<const double> x,
                         std::span<double> out) {
  map_points(b, x, out, [](const Block& block, size_t v) HWY_ATTR {
    return log_norm(block.re[v], block.im[v]);
  });
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
    const V sum_re = hn::Add(hn::Add(re[0], re[1]), hn::Add(re[2], re[3]));
    const V sum_im = hn::Add(hn::Add(im[0], im[1]), hn::Add(im[2], im[3]));
    hn::Store(hn::Add(hn::Load(d, sum), sum_re), d, sum);
    hn::Store(hn::Add(hn::Load(d, sum + lanes), sum_im), d, sum + lanes);
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

double LikelihoodSumsOfPoints(std::span<const std::complex<double>> b, std::span<const double> x,
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

HWY_EXPORT(SquaredMagnitude);
HWY_EXPORT(LogSquaredMagnitude);
HWY_EXPORT(LikelihoodSumsOfPoints);

void squared_magnitude(std::span<const std::complex<double>> b, std::span<const double> x,
                       std::span<double> out) {
  HWY_DYNAMIC_DISPATCH(SquaredMagnitude)(b, x, out);
}

void log_squared_magnitude(std::span<const std::complex<double>> b, std::span<const double> x,
                           std::span<double> out) {
  HWY_DYNAMIC_DISPATCH(LogSquaredMagnitude)(b, x, out);
}

double likelihood_sums(std::span<const std::complex<double>> b, std::span<const double> x,
                       std::span<const double> w, const LikelihoodSums& sums) {
  return HWY_DYNAMIC_DISPATCH(LikelihoodSumsOfPoints)(b, x, w, sums);
}

}  // namespace yonder::density::internal
#endif  // HWY_ONCE
