// SPDX-License-Identifier: Apache-2.0
// Vector functions that the kernels of density share, written for whichever instruction set is
// being compiled (Highway includes this file once per target): cos and sin of pi x on [-1, 1], and
// logarithms. Argument reduction is trivial there: x - round(2 x) / 2 is exact. The logarithm is
// 2 atanh((m - 1) / (m + 1)) of the mantissa. All three polynomials are plain Taylor series, long
// enough that truncation stays below rounding. Test: trigonometric_kernel_test.cpp.
#if defined(YONDER_DENSITY_INTERNAL_VECTOR_MATH_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef YONDER_DENSITY_INTERNAL_VECTOR_MATH_INL_H
#undef YONDER_DENSITY_INTERNAL_VECTOR_MATH_INL_H
#else
#define YONDER_DENSITY_INTERNAL_VECTOR_MATH_INL_H
#endif

#include <hwy/highway.h>

#include <cstddef>
#include <numbers>

HWY_BEFORE_NAMESPACE();
namespace yonder::density::internal {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

using D = hn::ScalableTag<double>;
using V = hn::Vec<D>;

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

}  // namespace HWY_NAMESPACE
}  // namespace yonder::density::internal
HWY_AFTER_NAMESPACE();

#endif  // per-target include guard
