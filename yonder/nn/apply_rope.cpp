// SPDX-License-Identifier: Apache-2.0
#include "yonder/nn/apply_rope.h"

#include "yonder/nn/internal/row_buffer.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <torch/csrc/autograd/custom_function.h>

namespace yonder::nn {

Rotation make_rotation(const at::Tensor& positions, const std::vector<double>& theta,
                       const at::Tensor& scale) {
  const at::Tensor turns = at::tensor(theta, at::TensorOptions(at::kDouble)).to(positions.device());
  const at::Tensor angles = positions.to(at::kDouble).unsqueeze(-1) * turns;
  const at::Tensor length = scale.defined() ? scale : at::ones({1}, angles.options());
  return {(angles.cos() * length).to(at::kFloat), (angles.sin() * length).to(at::kFloat)};
}

namespace {

using internal::RowBuffer;
using torch::autograd::AutogradContext;
using torch::autograd::tensor_list;

/// Rotates rows of x [B, H, T, d] on the processor, by the angles or back. cos, sin [B, H, T, d/2],
/// expanded. The result [B, H, T, d] is laid out as the projections of x want it: [B, T, H, d].
at::Tensor rotate_rows(const at::Tensor& x, const at::Tensor& cos, const at::Tensor& sin,
                       float sign, at::ScalarType type) {
  const int64_t heads = x.size(1);
  const int64_t length = x.size(2);
  const int64_t width = x.size(3);
  const at::Tensor rows = x.stride(3) == 1 ? x : x.contiguous();
  const at::Tensor out =
      at::empty({x.size(0), length, heads, width}, x.options().dtype(type)).transpose(1, 2);
  const float* cosines = cos.data_ptr<float>();
  const float* sines = sin.data_ptr<float>();
  const auto half = static_cast<size_t>(cos.size(3));
  constexpr int64_t kGrain = 256;
  at::parallel_for(0, x.size(0) * heads * length, kGrain, [&](int64_t first, int64_t last) {
    RowBuffer row(width);
    for (int64_t i = first; i < last; ++i) {
      const int64_t t = i % length;
      const int64_t h = i / length % heads;
      const int64_t b = i / length / heads;
      const auto offset = [&](const at::Tensor& of) {
        return b * of.stride(0) + h * of.stride(1) + t * of.stride(2);
      };
      row.load(rows, offset(rows), 0);
      internal::rotate_row(row.data(), cosines + offset(cos), sines + offset(sin), sign, half);
      row.store(out, offset(out));
    }
  });
  return out;
}

class RotateFunction : public torch::autograd::Function<RotateFunction> {
 public:
  static at::Tensor forward(AutogradContext* context, const at::Tensor& x, const at::Tensor& cos,
                            const at::Tensor& sin, int64_t type) {
    context->save_for_backward({cos, sin});
    context->saved_data["type"] = static_cast<int64_t>(x.scalar_type());
    return rotate_rows(x, cos, sin, 1, static_cast<at::ScalarType>(type));
  }

  static tensor_list backward(AutogradContext* context, const tensor_list& above) {
    const tensor_list saved = context->get_saved_variables();
    const auto type = static_cast<at::ScalarType>(context->saved_data["type"].toInt());
    return {rotate_rows(above[0], saved[0], saved[1], -1, type), {}, {}, {}};
  }
};

}  // namespace

at::Tensor apply_rope(const at::Tensor& x, const Rotation& rotation, at::ScalarType type) {
  const int64_t half = rotation.cos.size(-1);
  const bool has_kernel = x.is_cpu() && x.dim() == 4 && rotation.cos.stride(-1) == 1 &&
                          (x.scalar_type() == at::kFloat || x.scalar_type() == at::kBFloat16);
  if (has_kernel) {
    const std::vector<int64_t> shape = {x.size(0), x.size(1), x.size(2), half};
    return RotateFunction::apply(x, rotation.cos.expand(shape), rotation.sin.expand(shape),
                                 static_cast<int64_t>(type));
  }
  const at::Tensor wide = x.to(at::kFloat);
  const at::Tensor a = wide.narrow(-1, 0, half);
  const at::Tensor b = wide.narrow(-1, half, half);
  std::vector<at::Tensor> parts = {a * rotation.cos - b * rotation.sin,
                                   b * rotation.cos + a * rotation.sin};
  if (wide.size(-1) > 2 * half) {
    parts.push_back(wide.narrow(-1, 2 * half, wide.size(-1) - 2 * half));
  }
  return at::cat(parts, -1).to(type);
}

}  // namespace yonder::nn
