// SPDX-License-Identifier: Apache-2.0
// The two orders of the channels of a head: llama2.c turns neighbours (x[2c], x[2c+1]),
// Hugging Face turns halves (x[c], x[c + d/2]). Row 2c + e of the one is row c + e d/2 of the
// other.
//
// The wrong order still gives fluent short texts, so nothing but a comparison shows it. Weights in
// memory are always in halves. Erratum 22 of docs/math/lm.md. Test: row_order_test.cpp.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>

namespace yonder::lm {

/// Rows of a query or key projection [heads * d, D] (or a bias [heads * d]) from pairs of
/// neighbours to halves; the result is contiguous. d even.
at::Tensor to_half_split(const at::Tensor& rows, int64_t heads);
/// The inverse.
at::Tensor to_interleaved(const at::Tensor& rows, int64_t heads);

}  // namespace yonder::lm
