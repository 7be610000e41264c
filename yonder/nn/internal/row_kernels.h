// SPDX-License-Identifier: Apache-2.0
// What softmaxes, norms and rotations do to one row, in float32 with the widest vectors of the
// processor (Highway). Rows are scratch of a whole number of kRowStep floats; bfloat16 is widened
// into them and narrowed out of them, so that a row is read and written once. Test:
// row_kernels_test.cpp.
#pragma once

#include <cstddef>
#include <cstdint>

namespace yonder::nn::internal {

/// Floats that every vector size divides.
constexpr size_t kRowStep = 16;
constexpr size_t padded_row(size_t n) { return (n + kRowStep - 1) / kRowStep * kRowStep; }

/// n numbers; bfloat16 as their bits. narrow rounds to the nearest, ties to even.
void widen_row(const uint16_t* from, size_t n, float* to);
void narrow_row(const float* from, size_t n, uint16_t* to);

/// row[j] = exp(row[j] - l), l = log sum_j exp(row[j]); gives l. -inf becomes 0; a row of nothing
/// else becomes zeros, l = -inf. n: a multiple of kRowStep.
double softmax_row(float* row, size_t n);

/// gradient[j] = weight[j] (gradient[j] - sum_k gradient[k] weight[k]): through a softmax that gave
/// `weight`. n: a multiple of kRowStep.
void softmax_row_gradient(const float* weight, float* gradient, size_t n);

/// out[j] = row[j] weight[j] r, r = 1 / sqrt(mean of row[k]^2 + epsilon); gives r. Any n.
float normalize_row(const float* row, const float* weight, size_t n, double epsilon, float* out);

/// Through normalize_row(), which gave r: gradient[j], of out, becomes that of row[j], and
/// gradient[j] row[j] r is added to weight_gradient[j]. Any n.
void normalize_row_gradient(const float* row, const float* weight, float r, size_t n,
                            float* gradient, float* weight_gradient);

/// Turns each pair (row[c], row[c + half]) by the angle of cos[c] and sign sin[c]. Any half.
void rotate_row(float* row, const float* cos, const float* sin, float sign, size_t half);

}  // namespace yonder::nn::internal
