// SPDX-License-Identifier: Apache-2.0
// S4D: x' = diag(poles) x + u per channel, poles in conjugate pairs of which one each is kept, the
// input held over a step e. With z = e pole,
//
//     x_t = exp(z) x_(t-1) + u_t,   y_t = 2 Re sum_n w_n x_n,   w = C (exp(z) - 1) / pole,
//     K_l = 2 Re sum_n w_n exp(l z_n).
//
// The kernel is a product of two small matrices: exp((q R + r) z) = exp(q R z) exp(r z) with R
// about the square root of the length, so D N sqrt(length) numbers are stored instead of D N
// length, the work is that of a matrix product, and both factors are rounded from float64: angles l
// Im z of millions keep their digits. The state holds pairs (Re x_n, Im x_n). Source: Gu et al.
// 2022, "On the Parameterization and Initialization of Diagonal State Space Models", arXiv
// 2206.11893. Test: discrete_system_test.cpp.
#include "yonder/memory/ssm_start.h"
#include "yonder/nn/ssm/start_values.h"
#include "yonder/nn/ssm/table.h"

#include <ATen/ATen.h>

#include <cmath>
#include <memory>

namespace yonder::nn {
namespace {

// [D, n, m, 2] of complex [D, n, m] -> [D, m, 2 n], pairs (Re, Im) or (Re, -Im).
at::Tensor as_pairs(const at::Tensor& values, bool conjugate) {
  const at::Tensor chosen = conjugate ? values.conj().resolve_conj() : values;
  return at::view_as_real(chosen.transpose(1, 2).contiguous()).flatten(-2);
}

class DiagonalSystem final : public DiscreteSystem {
 public:
  explicit DiagonalSystem(const NamedTensors& parameters) {
    const auto wide = [&](const char* name) { return parameters.at(name).to(at::kDouble); };
    const at::Tensor poles = at::complex(-wide("log_A_real").exp(), wide("A_imag"));
    exponent_ = wide("log_dt").exp().unsqueeze(1) * poles;
    advance_ = exponent_.exp();
    weight_ = at::view_as_complex(wide("C").contiguous()) * (advance_ - 1) / poles;
  }

  int64_t order() const override { return 2 * exponent_.size(1); }
  int64_t width() const override { return exponent_.size(0); }
  at::Device device() const override { return exponent_.device(); }

  at::Tensor kernel(int64_t length, at::ScalarType type) const override {
    const int64_t stride = square_root_stride(length);
    const int64_t strides = (length + stride - 1) / stride;
    const at::Tensor coarse = weight_.unsqueeze(-1) * powers(0, strides, stride);
    const at::Tensor fine = powers(0, stride, 1);
    const at::Tensor product =
        at::matmul(as_pairs(coarse, true).to(type), as_pairs(fine, false).to(type).transpose(1, 2));
    return 2 * product.flatten(1).slice(1, 0, length);
  }

  ScanBlock block(int64_t length, at::ScalarType type) const override {
    const at::Tensor all = powers(0, length + 1, 1);
    const at::Tensor weighted = weight_.unsqueeze(-1) * all;
    const at::Tensor before = all.slice(2, 0, length);
    return {2 * at::real(weighted.slice(2, 0, length)).sum(1).to(type),
            2 * as_pairs(weighted.slice(2, 1), true).to(type),
            as_pairs(before.flip(2), false).to(type).transpose(1, 2),
            all.select(2, length).to(at::toComplexType(type))};
  }

  OutputAndState step(const at::Tensor& u, const at::Tensor& state) const override {
    const at::ScalarType type = at::toComplexType(state.scalar_type());
    const at::Tensor pairs = at::view_as_complex(state.unflatten(-1, {-1, 2}).contiguous());
    const at::Tensor next = pairs * advance_.to(type) + u.unsqueeze(-1);
    return {2 * at::real(next * weight_.to(type)).sum(-1), at::view_as_real(next).flatten(-2)};
  }

 private:
  // exp(l stride z), l = begin ... end - 1: [D, n, end - begin].
  at::Tensor powers(int64_t begin, int64_t end, int64_t stride) const {
    const at::Tensor times =
        at::arange(begin, end, at::dtype(at::kDouble).device(exponent_.device())) *
        static_cast<double>(stride);
    return (exponent_.unsqueeze(-1) * times).exp();
  }

  at::Tensor exponent_;  // [D, n] complex128
  at::Tensor advance_;   // [D, n] complex128: exp of it
  at::Tensor weight_;    // [D, n] complex128
};

}  // namespace

NamedTensors diagonal_start_values(const SsmRow& row, int64_t width, const SsmOptions& options,
                                   Rng& rng) {
  const auto start = memory::parse_diagonal_start(row.name.substr(row.name.find('-') + 1));
  return pole_start_values(memory::diagonal_start(start, options.state), width, options, rng);
}

std::unique_ptr<DiscreteSystem> diagonal_system(const NamedTensors& parameters) {
  return std::make_unique<DiagonalSystem>(parameters);
}

TensorShapes diagonal_shapes(const SsmRow& /*row*/, int64_t width, int64_t state) {
  return pole_shapes(width, state);
}

}  // namespace yonder::nn
