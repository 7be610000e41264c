// SPDX-License-Identifier: Apache-2.0
#include "yonder/nn/linear.h"

#include <ATen/ATen.h>

#include <vector>

#ifdef YONDER_ONEDNN
#include <dnnl.h>
#endif

namespace yonder::nn {
namespace {

#ifdef YONDER_ONEDNN
/// Debian's OpenBLAS takes newer AMD processors for Haswells: oneDNN's product of float32 is about
/// twice as fast there, and seven times with one row (benchmarks/lm/matrix_products.cpp).
bool suits_onednn(const at::Tensor& x, const at::Tensor& weight, at::ScalarType compute) {
  const bool wants_gradient =
      at::GradMode::is_enabled() && (x.requires_grad() || weight.requires_grad());
  return compute == at::kFloat && x.is_cpu() && weight.is_contiguous() && !wants_gradient &&
         x.numel() > 0;
}

/// x [rows, in] times weight [out, in] transposed.
at::Tensor onednn_product(const at::Tensor& x, const at::Tensor& weight) {
  const at::Tensor rows = x.contiguous();
  const int64_t in = weight.size(1);
  const int64_t out = weight.size(0);
  std::vector<int64_t> shape = rows.sizes().vec();
  shape.back() = out;
  at::Tensor y = at::empty(shape, rows.options());
  const dnnl_status_t status =
      dnnl_sgemm('N', 'T', rows.numel() / in, out, in, 1.0F, rows.data_ptr<float>(), in,
                 weight.data_ptr<float>(), in, 0.0F, y.data_ptr<float>(), out);
  TORCH_CHECK(status == dnnl_success, "oneDNN refused a matrix product");
  return y;
}
#endif

}  // namespace

at::Tensor linear(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias,
                  at::ScalarType compute) {
  const at::Tensor factor = x.to(compute);
  const at::Tensor matrix = weight.to(compute);
  const at::Tensor offset = bias.defined() ? bias.to(compute) : bias;
#ifdef YONDER_ONEDNN
  if (suits_onednn(factor, matrix, compute)) {
    const at::Tensor y = onednn_product(factor, matrix);
    return offset.defined() ? y + offset : y;
  }
#endif
  return at::linear(factor, matrix, offset);
}

}  // namespace yonder::nn
