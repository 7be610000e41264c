// SPDX-License-Identifier: Apache-2.0
#include "yonder/lm/formats/row_order.h"

#include "yonder/base/error.h"

#include <ATen/ATen.h>

#include <vector>

namespace yonder::lm {
namespace {

// Swaps the two factors that the rows of each head are split into.
at::Tensor swap_factors(const at::Tensor& rows, int64_t heads, int64_t outer) {
  YONDER_CHECK(rows.dim() >= 1 && rows.size(0) % (2 * heads) == 0);
  const int64_t inner = rows.size(0) / heads / outer;
  std::vector<int64_t> split = {heads, outer, inner};
  for (int64_t axis = 1; axis < rows.dim(); ++axis) {
    split.push_back(rows.size(axis));
  }
  return rows.contiguous().view(split).transpose(1, 2).contiguous().view(rows.sizes());
}

}  // namespace

at::Tensor to_half_split(const at::Tensor& rows, int64_t heads) {
  return swap_factors(rows, heads, rows.size(0) / heads / 2);
}

at::Tensor to_interleaved(const at::Tensor& rows, int64_t heads) {
  return swap_factors(rows, heads, 2);
}

}  // namespace yonder::lm
