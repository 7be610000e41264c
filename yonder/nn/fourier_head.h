// SPDX-License-Identifier: Apache-2.0
// Fourier basis densities as tensors: one density per element of a batch, made by a network, with a
// likelihood that is exact and continuous. The same densities as density::Model, which is what to
// use for one density that is fitted to a column of numbers; bins here are integrals of the
// density, not a softmax over its values.
//
//   FourierDensity q{Domain::parse("line"), "logistic", b, t, s};
//   loss = -log_density(q, y).mean();
//   log_interval_probability(q, y - 0.5, y + 0.5);   quantile(q, u);   sample(q, seed, stream);
//
// With z = exp(i pi x) and S = sum |b_k|^2 the density on [-1, 1] is |A(z)|^2 / (2 S),
// A = sum b_k z^k; x comes from y as in density/domain.h, on the line by x = 2 F((y - t)/s) - 1.
// All functions are differentiable in b, t, s and their other argument unless they say otherwise.
// Nothing is clamped: a floor under a density takes its gradient away where it matters.
// Source: kexue.fm 10007, arXiv 2402.15345; docs/math/density.md. Test: fourier_head_test.cpp.
#pragma once

#include "yonder/density/domain.h"

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <string>
#include <vector>

namespace yonder::nn {

/// Bases of the line that have tensor forms: "logistic", "normal", "laplace", "cauchy".
const std::vector<std::string>& head_base_names();

struct FourierDensity {
  density::Domain domain;
  std::string base;         ///< of the line; else empty
  at::Tensor coefficients;  ///< b [..., N+1], complex64 or complex128, not all zero; imaginary
                            ///< parts are ignored on a reflected interval
  at::Tensor location;      ///< t [...], line only, in units of y
  at::Tensor scale;         ///< s [...] > 0, line only; x = tanh((y - t)/s) for logistic
};

/// ln q(y), nats per unit of y. y [...], broadcast with the batch. In the wider type of b and y.
/// A circle wraps. Throws Error(bad_data) for values that are not finite or outside an interval.
at::Tensor log_density(const FourierDensity& q, const at::Tensor& y);

/// ln P(low < Y <= high), low < high, by the integral of the density; float64. On the line both may
/// be infinite; on an interval they are cut at its ends; on a circle high - low is at most the
/// period, and intervals may cross the origin. Relatively accurate in both tails, also where these
/// underflow, and at zeros of the density.
at::Tensor log_interval_probability(const FourierDensity& q, const at::Tensor& low,
                                    const at::Tensor& high);

/// P(Y <= y); on a circle from its origin on. float64.
at::Tensor cdf(const FourierDensity& q, const at::Tensor& y);

/// y with cdf(y) = u, float64; u [...] in (0, 1), broadcast with the batch. Differentiable in b, t,
/// s and u by the implicit function. Throws Error(bad_data) for other u, Error(numerical) where
/// coefficients are not finite.
at::Tensor quantile(const FourierDensity& q, const at::Tensor& u);

/// One draw per density of the batch, float64, from Philox: draw i of (seed, stream) belongs to
/// element i. Both tails are drawn down to 2^-64. Differentiable in b, t, s (reparametrised).
at::Tensor sample(const FourierDensity& q, uint64_t seed, uint64_t stream);

/// R = integral of p'^2 over [-1, 1] = pi^2 sum n^2 |c_n/c_0|^2 of each density, p normalised; a
/// penalty that rescaling b cannot make small.
at::Tensor roughness(const at::Tensor& coefficients);

/// c_n / c_0, n = 1 ... N, of b [..., N+1]: [..., N]; float64.
at::Tensor autocorrelation(const at::Tensor& coefficients);

}  // namespace yonder::nn
