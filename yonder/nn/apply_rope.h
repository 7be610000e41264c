// SPDX-License-Identifier: Apache-2.0
// Turns tensors by the angles of rotary/. Angles are formed in float64; only their cosines and
// sines are float32. Source: Su et al. 2021, eq. 34. Test: apply_rope_test.cpp.
#pragma once

#include <ATen/core/Tensor.h>

#include <vector>

namespace yonder::nn {

struct Rotation {
  at::Tensor cos, sin;  ///< [..., T, d/2] float32
};

/// positions [..., T] float64, in tokens, fractions allowed; theta [d/2], radians per token. scale:
/// broadcast to [..., T, d/2] float64, multiplies what is rotated; undefined: 1.
Rotation make_rotation(const at::Tensor& positions, const std::vector<double>& theta,
                       const at::Tensor& scale = {});

/// Rotates each pair (x[c], x[c + d/2]) of the last axis (the half-split layout of Hugging Face).
/// x [..., T, d]; the rotation is broadcast over its leading axes. The result is of `type` (the
/// arithmetic float32) and keeps the gradient of x. Channels past 2 * theta.size() pass unchanged.
at::Tensor apply_rope(const at::Tensor& x, const Rotation& rotation,
                      at::ScalarType type = at::kFloat);

}  // namespace yonder::nn
