// SPDX-License-Identifier: Apache-2.0
// The exact operators of memory as tensor functions with gradients: one sample more, the union of
// two stretches, the past read back. For cells and losses that keep a HiPPO memory inside of a
// network; a layer that mixes a whole sequence is ssm_module.h, a stream without gradients
// memory/stream.h.
//
//   x = held_step(Measure::parse("legt:1"), x, u, dt);       x = legs_step(x, u, elapsed, dt);
//   c = merge_coefficients(older, newer, older_length, newer_length);
//   y = reconstruct(Measure::parse("legs"), c, ages, length);
//
// States and coefficients [..., N] are in hippo normalisation, of any float type, which results
// keep; lengths and times are float64. First derivatives only. Gradients in lengths use that
// merging is the flow of legs: with T = T1 + T2, M1 = exp(A ln(T/T1)), so dM1/dT2 = A M1 / T.
// Source: kexue.fm 10114, 10137; docs/math/memory.md. Test: memory_gradient_test.cpp.
#pragma once

#include "yonder/memory/measure.h"

#include <ATen/core/Tensor.h>

namespace yonder::nn {

/// Coefficients of the union of two adjacent stretches, whose lengths are > 0, in any unit; of legs
/// and window. Lengths: one number each for the whole batch, or as many as there are coefficient
/// vectors (then two matrices N x N are made for each). Differentiable in all four arguments.
at::Tensor merge_coefficients(const at::Tensor& older, const at::Tensor& newer,
                              const at::Tensor& older_length, const at::Tensor& newer_length);

/// legs after a sample u [...] that is held for a time dt, exactly: a merge with a constant. state
/// [..., N] is that of the first `elapsed` > 0 time units.
at::Tensor legs_step(const at::Tensor& state, const at::Tensor& u, const at::Tensor& elapsed,
                     const at::Tensor& dt);

/// legt, lagt, fout or chebt after a sample u [...] that is held for a time dt > 0, exactly:
/// x' = exp(dt A) x + A^-1 (exp(dt A) - 1) B u. dt: one number. Differentiable in state, u and dt.
at::Tensor held_step(const memory::Measure& measure, const at::Tensor& state, const at::Tensor& u,
                     const at::Tensor& dt);

/// u(T - age) for ages [K], 0 <= age <= length: coefficients [..., N] -> [..., K]. length: of the
/// interval that is remembered. Differentiable in coefficients and ages.
at::Tensor reconstruct(const memory::Measure& measure, const at::Tensor& coefficients,
                       const at::Tensor& ages, double length);

}  // namespace yonder::nn
