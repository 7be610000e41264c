// SPDX-License-Identifier: Apache-2.0
// Two vectors of channels go side by side where there are two: each running sum is a chain of
// dependent operations, and the second chain fills the waiting time of the first.
#include "yonder/memory/internal/step_kernels.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "yonder/memory/internal/step_kernels.cpp"
#include <hwy/aligned_allocator.h>
#include <hwy/foreach_target.h>  // compiles what lies between BEFORE and AFTER once per target
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace yonder::memory::internal::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

// One or two vectors of channels from x on; lower triangular.
template <size_t kCap, bool kTwo, typename T>
HWY_ATTR void sweep_down(const SweepCoefficients<T>& c, T* x, const T* u, size_t count,
                         size_t pitch) {
  const hn::CappedTag<T, kCap> d;
  const size_t lanes = hn::Lanes(d);
  const size_t order = c.p.size();
  const auto delta = hn::Set(d, c.delta);
  const auto start = hn::Set(d, c.start);
  for (size_t step = 0; step < count; ++step, u += pitch) {
    auto sum0 = hn::Mul(start, hn::LoadU(d, u));
    auto sum1 = kTwo ? hn::Mul(start, hn::LoadU(d, u + lanes)) : sum0;
    T* row = x;
    for (size_t n = 0; n < order; ++n, row += pitch) {
      const auto p = hn::Set(d, c.p[n]);
      const auto kappa = hn::Set(d, c.kappa[n]);
      const auto beta = hn::Set(d, c.beta[n]);
      const auto inverse = hn::Set(d, c.inverse[n]);
      const auto x0 = hn::LoadU(d, row);
      const auto y0 = hn::NegMulAdd(p, sum0, x0);
      sum0 = hn::MulAdd(kappa, sum0, hn::Mul(beta, x0));
      hn::StoreU(hn::NegMulAdd(delta, x0, hn::Mul(inverse, y0)), d, row);
      if (kTwo) {
        const auto x1 = hn::LoadU(d, row + lanes);
        const auto y1 = hn::NegMulAdd(p, sum1, x1);
        sum1 = hn::MulAdd(kappa, sum1, hn::Mul(beta, x1));
        hn::StoreU(hn::NegMulAdd(delta, x1, hn::Mul(inverse, y1)), d, row + lanes);
      }
    }
  }
}

// The same for a full A. y [N][2 lanes] is workspace.
template <size_t kCap, bool kTwo, typename T>
HWY_ATTR void sweep_down_up(const SweepCoefficients<T>& c, T* x, const T* u, size_t count,
                            size_t pitch, T* y) {
  const hn::CappedTag<T, kCap> d;
  const size_t lanes = hn::Lanes(d);
  const size_t order = c.p.size();
  const auto delta = hn::Set(d, c.delta);
  const auto start = hn::Set(d, c.start);
  for (size_t step = 0; step < count; ++step, u += pitch) {
    auto sum0 = hn::Mul(start, hn::LoadU(d, u));
    auto sum1 = kTwo ? hn::Mul(start, hn::LoadU(d, u + lanes)) : sum0;
    for (size_t n = 0; n < order; ++n) {
      const T* row = x + n * pitch;
      T* to = y + n * 2 * lanes;
      const auto p = hn::Set(d, c.p[n]);
      const auto kappa = hn::Set(d, c.kappa[n]);
      const auto beta = hn::Set(d, c.beta[n]);
      const auto x0 = hn::LoadU(d, row);
      hn::Store(hn::NegMulAdd(p, sum0, x0), d, to);
      sum0 = hn::MulAdd(kappa, sum0, hn::Mul(beta, x0));
      if (kTwo) {
        const auto x1 = hn::LoadU(d, row + lanes);
        hn::Store(hn::NegMulAdd(p, sum1, x1), d, to + lanes);
        sum1 = hn::MulAdd(kappa, sum1, hn::Mul(beta, x1));
      }
    }
    sum0 = hn::Zero(d);
    sum1 = hn::Zero(d);
    for (size_t n = order; n-- > 0;) {
      T* row = x + n * pitch;
      const T* from = y + n * 2 * lanes;
      const auto inverse = hn::Set(d, c.inverse[n]);
      const auto s = hn::Set(d, c.s[n]);
      const auto kappa = hn::Set(d, c.kappa_upper[n]);
      const auto tau = hn::Set(d, c.tau[n]);
      const auto y0 = hn::Load(d, from);
      const auto rest0 = hn::NegMulAdd(delta, hn::LoadU(d, row), hn::Mul(inverse, y0));
      hn::StoreU(hn::NegMulAdd(s, sum0, rest0), d, row);
      sum0 = hn::MulAdd(kappa, sum0, hn::Mul(tau, y0));
      if (kTwo) {
        const auto y1 = hn::Load(d, from + lanes);
        const auto rest1 = hn::NegMulAdd(delta, hn::LoadU(d, row + lanes), hn::Mul(inverse, y1));
        hn::StoreU(hn::NegMulAdd(s, sum1, rest1), d, row + lanes);
        sum1 = hn::MulAdd(kappa, sum1, hn::Mul(tau, y1));
      }
    }
  }
}

// Channels from `at` on in vectors of up to kCap lanes; returns where it had to stop.
template <size_t kCap, typename T>
HWY_ATTR size_t sweep_lanes(const SweepCoefficients<T>& c, T* x, const T* u, size_t count,
                            size_t pitch, size_t at, T* workspace) {
  const size_t lanes = hn::Lanes(hn::CappedTag<T, kCap>());
  const bool full = !c.s.empty();
  for (; at + 2 * lanes <= pitch; at += 2 * lanes) {
    if (full) {
      sweep_down_up<kCap, true>(c, x + at, u + at, count, pitch, workspace);
    } else {
      sweep_down<kCap, true>(c, x + at, u + at, count, pitch);
    }
  }
  for (; at + lanes <= pitch; at += lanes) {
    if (full) {
      sweep_down_up<kCap, false>(c, x + at, u + at, count, pitch, workspace);
    } else {
      sweep_down<kCap, false>(c, x + at, u + at, count, pitch);
    }
  }
  return at;
}

template <typename T>
HWY_ATTR void sweep_all(const SweepCoefficients<T>& c, T* x, const T* u, size_t count,
                        size_t pitch) {
  const size_t rows = c.s.empty() ? 1 : c.p.size();
  const auto workspace = hwy::AllocateAligned<T>(rows * 2 * hn::Lanes(hn::CappedTag<T, 16>()));
  size_t at = sweep_lanes<16>(c, x, u, count, pitch, 0, workspace.get());
  at = sweep_lanes<8>(c, x, u, count, pitch, at, workspace.get());
  sweep_lanes<kLanes>(c, x, u, count, pitch, at, workspace.get());
}

template <size_t kCap, typename T>
HWY_ATTR size_t rotate_lanes(const RotationCoefficients<T>& c, T* x, const T* u, size_t count,
                             size_t pitch, size_t at) {
  const hn::CappedTag<T, kCap> d;
  const size_t lanes = hn::Lanes(d);
  const size_t modes = c.cosine.size();
  for (; at + lanes <= pitch; at += lanes) {
    const T* input = u + at;
    for (size_t step = 0; step < count; ++step, input += pitch) {
      auto f = hn::Zero(d);
      auto g = hn::Zero(d);
      const T* row = x + at;
      for (size_t n = 0; n < modes; ++n, row += 2 * pitch) {
        f = hn::MulAdd(hn::Set(d, c.cosine[n]), hn::LoadU(d, row), f);
        g = hn::MulAdd(hn::Set(d, c.sine[n]), hn::LoadU(d, row + pitch), g);
      }
      const auto h = hn::MulAdd(hn::Set(d, c.from_f), hn::Add(f, g),
                                hn::Mul(hn::Set(d, c.from_u), hn::LoadU(d, input)));
      T* to = x + at;
      for (size_t n = 0; n < modes; ++n, to += 2 * pitch) {
        const auto a = hn::LoadU(d, to);
        const auto b = hn::LoadU(d, to + pitch);
        const auto keep = hn::Set(d, c.keep[n]);
        const auto swap = hn::Set(d, c.swap[n]);
        const auto new_a = hn::MulAdd(keep, a, hn::Mul(swap, b));
        const auto new_b = hn::NegMulAdd(swap, a, hn::Mul(keep, b));
        hn::StoreU(hn::MulAdd(hn::Set(d, c.into_a[n]), h, new_a), d, to);
        hn::StoreU(hn::MulAdd(hn::Set(d, c.into_b[n]), h, new_b), d, to + pitch);
      }
    }
  }
  return at;
}

template <typename T>
HWY_ATTR void rotate_all(const RotationCoefficients<T>& c, T* x, const T* u, size_t count,
                         size_t pitch) {
  size_t at = rotate_lanes<16>(c, x, u, count, pitch, 0);
  at = rotate_lanes<8>(c, x, u, count, pitch, at);
  rotate_lanes<kLanes>(c, x, u, count, pitch, at);
}

// I - rho A has the diagonal 1 + rho (n+1) and the generators rho r and r, so that 1 - beta p =
// (1 - rho n) / (1 + rho (n+1)).
template <typename T>
HWY_ATTR void legs_all(const std::vector<double>& roots, double rho, double gamma,
                       SweepCoefficients<T>& c) {
  const hn::CappedTag<double, 8> d;
  const hn::Rebind<T, decltype(d)> narrow;
  const size_t lanes = hn::Lanes(d);
  const size_t order = roots.size();
  const auto one = hn::Set(d, 1.0);
  const auto rate = hn::Set(d, rho);
  size_t n = 0;
  const auto store = [&](auto value, T* to) HWY_ATTR {
    if constexpr (sizeof(T) == sizeof(double)) {
      hn::StoreU(value, d, to);
    } else {
      hn::StoreU(hn::DemoteTo(narrow, value), narrow, to);
    }
  };
  for (; n + lanes <= order; n += lanes) {
    const auto index = hn::Iota(d, static_cast<double>(n));
    const auto root = hn::LoadU(d, roots.data() + n);
    const auto inverse = hn::Div(one, hn::MulAdd(rate, hn::Add(index, one), one));
    store(hn::Mul(rate, root), c.p.data() + n);
    store(hn::Mul(hn::NegMulAdd(rate, index, one), inverse), c.kappa.data() + n);
    store(hn::Mul(root, inverse), c.beta.data() + n);
    store(hn::Mul(hn::Set(d, gamma), inverse), c.inverse.data() + n);
  }
  for (; n < order; ++n) {
    const auto index = static_cast<double>(n);
    const double inverse = 1 / (1 + rho * (index + 1));
    c.p[n] = static_cast<T>(rho * roots[n]);
    c.kappa[n] = static_cast<T>((1 - rho * index) * inverse);
    c.beta[n] = static_cast<T>(roots[n] * inverse);
    c.inverse[n] = static_cast<T>(gamma * inverse);
  }
}

void sweep_float(const SweepCoefficients<float>& c, float* x, const float* u, size_t count,
                 size_t pitch) {
  sweep_all(c, x, u, count, pitch);
}
void sweep_double(const SweepCoefficients<double>& c, double* x, const double* u, size_t count,
                  size_t pitch) {
  sweep_all(c, x, u, count, pitch);
}
void rotate_float(const RotationCoefficients<float>& c, float* x, const float* u, size_t count,
                  size_t pitch) {
  rotate_all(c, x, u, count, pitch);
}
void rotate_double(const RotationCoefficients<double>& c, double* x, const double* u, size_t count,
                   size_t pitch) {
  rotate_all(c, x, u, count, pitch);
}
void legs_float(const std::vector<double>& roots, double rho, double gamma,
                SweepCoefficients<float>& c) {
  legs_all(roots, rho, gamma, c);
}
void legs_double(const std::vector<double>& roots, double rho, double gamma,
                 SweepCoefficients<double>& c) {
  legs_all(roots, rho, gamma, c);
}

}  // namespace yonder::memory::internal::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE

namespace yonder::memory::internal {

HWY_EXPORT(sweep_float);
HWY_EXPORT(sweep_double);
HWY_EXPORT(rotate_float);
HWY_EXPORT(rotate_double);
HWY_EXPORT(legs_float);
HWY_EXPORT(legs_double);

void sweep(const SweepCoefficients<float>& c, float* x, const float* u, size_t count,
           size_t pitch) {
  HWY_DYNAMIC_DISPATCH(sweep_float)(c, x, u, count, pitch);
}
void sweep(const SweepCoefficients<double>& c, double* x, const double* u, size_t count,
           size_t pitch) {
  HWY_DYNAMIC_DISPATCH(sweep_double)(c, x, u, count, pitch);
}
void rotate(const RotationCoefficients<float>& c, float* x, const float* u, size_t count,
            size_t pitch) {
  HWY_DYNAMIC_DISPATCH(rotate_float)(c, x, u, count, pitch);
}
void rotate(const RotationCoefficients<double>& c, double* x, const double* u, size_t count,
            size_t pitch) {
  HWY_DYNAMIC_DISPATCH(rotate_double)(c, x, u, count, pitch);
}
void legs_coefficients(const std::vector<double>& roots, double rho, double gamma,
                       SweepCoefficients<float>& c) {
  HWY_DYNAMIC_DISPATCH(legs_float)(roots, rho, gamma, c);
}
void legs_coefficients(const std::vector<double>& roots, double rho, double gamma,
                       SweepCoefficients<double>& c) {
  HWY_DYNAMIC_DISPATCH(legs_double)(roots, rho, gamma, c);
}

}  // namespace yonder::memory::internal
#endif  // HWY_ONCE
