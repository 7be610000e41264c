// SPDX-License-Identifier: Apache-2.0
#include "yonder/nn/rms_norm.h"

#include "yonder/nn/internal/row_buffer.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <torch/csrc/autograd/custom_function.h>

#include <algorithm>

namespace yonder::nn {
namespace {

using internal::RowBuffer;
using torch::autograd::AutogradContext;
using torch::autograd::tensor_list;

/// Rows whose share of the weight's gradient is summed together: fixed, so that the sum does not
/// depend on the number of threads.
constexpr int64_t kChunk = 128;

struct Forward {
  at::Tensor out, r;  // r [rows]
};

Forward forward_on_processor(const at::Tensor& x, const at::Tensor& weight, double epsilon,
                             at::ScalarType type) {
  const int64_t width = weight.numel();
  const int64_t rows = x.numel() / width;
  Forward result{at::empty(x.sizes(), x.options().dtype(type)),
                 at::empty({rows}, weight.options())};
  const float* weights = weight.data_ptr<float>();
  float* r = result.r.data_ptr<float>();
  at::parallel_for(0, rows, kChunk, [&](int64_t first, int64_t last) {
    RowBuffer row(width);
    RowBuffer out(width);
    for (int64_t i = first; i < last; ++i) {
      row.load(x, i * width, 0);
      r[i] = internal::normalize_row(row.data(), weights, static_cast<size_t>(width), epsilon,
                                     out.data());
      out.store(result.out, i * width);
    }
  });
  return result;
}

/// Gradients of x and weight.
tensor_list backward_on_processor(const at::Tensor& x, const at::Tensor& weight,
                                  const at::Tensor& r, const at::Tensor& above) {
  const int64_t width = weight.numel();
  const int64_t rows = x.numel() / width;
  const int64_t chunks = (rows + kChunk - 1) / kChunk;
  at::Tensor gradient = at::empty_like(x);
  at::Tensor shares = at::zeros({chunks, width}, weight.options());
  const float* weights = weight.data_ptr<float>();
  const float* factors = r.data_ptr<float>();
  float* share = shares.data_ptr<float>();
  at::parallel_for(0, chunks, 1, [&](int64_t first, int64_t last) {
    RowBuffer row(width);
    RowBuffer g(width);
    for (int64_t i = first * kChunk; i < std::min(last * kChunk, rows); ++i) {
      row.load(x, i * width, 0);
      g.load(above, i * width, 0);
      internal::normalize_row_gradient(row.data(), weights, factors[i], static_cast<size_t>(width),
                                       g.data(), share + i / kChunk * width);
      g.store(gradient, i * width);
    }
  });
  return {gradient, shares.sum(0)};
}

class RmsNormFunction : public torch::autograd::Function<RmsNormFunction> {
 public:
  static at::Tensor forward(AutogradContext* context, const at::Tensor& x, const at::Tensor& weight,
                            double epsilon, int64_t type) {
    const at::Tensor rows = x.contiguous();
    const Forward result =
        forward_on_processor(rows, weight, epsilon, static_cast<at::ScalarType>(type));
    context->save_for_backward({rows, weight, result.r});
    return result.out;
  }

  static tensor_list backward(AutogradContext* context, const tensor_list& above) {
    const tensor_list saved = context->get_saved_variables();
    tensor_list gradients =
        backward_on_processor(saved[0], saved[1], saved[2], above[0].contiguous());
    gradients.resize(4);
    return gradients;
  }
};

}  // namespace

at::Tensor rms_norm(const at::Tensor& x, const at::Tensor& weight, double epsilon,
                    at::ScalarType type) {
  if (x.is_cpu() && x.numel() > 0) {
    return RmsNormFunction::apply(x, weight.to(at::kFloat), epsilon, static_cast<int64_t>(type));
  }
  const at::Tensor wide = x.to(at::kFloat);
  const at::Tensor r = at::rsqrt(wide.square().mean(-1, /*keepdim=*/true) + epsilon);
  return (wide * r * weight.to(at::kFloat)).to(type);
}

}  // namespace yonder::nn
