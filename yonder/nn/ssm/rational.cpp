// SPDX-License-Identifier: Apache-2.0
// RTF: the transfer function itself is learned, a quotient of polynomials in z^-1 per channel,
//
//     K(z) = (b_0 + b_1 z^-1 + ... + b_(N-1) z^-(N-1)) / (1 + a_1 z^-1 + ... + a_N z^-N).
//
// State s in the observer form: s_i <- s_(i+1) - a_(i+1) s_0 + b_i u, y = s_0. Then what a state
// will answer without input is s(z) / a(z), and the step without input is multiplication by z
// modulo z^N + a_1 z^(N-1) + ... + a_N. So the kernel cut at L is (b(z) - z^-L c(z)) / a(z) with c
// = z^L b mod a, and at the L-th roots of unity, where z^-L = 1, one division of spectra gives it
// without what a plain quotient would fold back from beyond L. The powers of z come from squarings,
// O(N^2 log L).
//
// It starts as a filter of N taps (a = 0), and nothing but training keeps the poles inside of the
// unit circle (bounds on a that would, such as sum |a| <= 1, exclude long memories; same source).
// Use s4d-* where decoding beyond the training length has to be safe.
// Source: Parnichkun et al. 2024, arXiv 2405.06147. Test: discrete_system_test.cpp.
#include "yonder/nn/ssm/table.h"

#include <ATen/ATen.h>

#include <bit>
#include <cmath>
#include <memory>
#include <vector>

namespace yonder::nn {
namespace {

// s [..., D, N] one step on without input: z s(z) mod a(z), highest power first.
at::Tensor shifted(const at::Tensor& s, const at::Tensor& a) {
  const at::Tensor first = s.slice(-1, 0, 1);
  return at::cat({s.slice(-1, 1), at::zeros_like(first)}, -1) - a * first;
}

// Polynomials modulo z^N + a_1 z^(N-1) + ... + a_N; [D, N], highest power first.
class Remainders {
 public:
  explicit Remainders(const at::Tensor& a) : n_(a.size(1)) {
    // z^N, z^(N+1), ..., z^(2N-2).
    std::vector<at::Tensor> rows;
    at::Tensor row = -a;
    for (int64_t i = 0; i + 1 < n_; ++i) {
      rows.push_back(row);
      row = shifted(row, a);
    }
    if (n_ > 1) {
      high_powers_ = at::stack(rows, 1).flip(1);  // highest power first
    }
  }

  at::Tensor product(const at::Tensor& p, const at::Tensor& q) const {
    const auto size = static_cast<int64_t>(std::bit_ceil(static_cast<uint64_t>(2 * n_)));
    const at::Tensor full =
        at::fft_irfft(at::fft_rfft(p, size) * at::fft_rfft(q, size), size).slice(1, 0, 2 * n_ - 1);
    const at::Tensor low = full.slice(1, n_ - 1);
    if (n_ == 1) {
      return low;
    }
    return low + at::matmul(full.slice(1, 0, n_ - 1).unsqueeze(1), high_powers_).squeeze(1);
  }

 private:
  int64_t n_;
  at::Tensor high_powers_;  // [D, N - 1, N]
};

class RationalSystem final : public DiscreteSystem {
 public:
  explicit RationalSystem(const NamedTensors& parameters)
      : a_(parameters.at("a").to(at::kDouble)), b_(parameters.at("b").to(at::kDouble)) {}

  int64_t order() const override { return a_.size(1); }
  int64_t width() const override { return a_.size(0); }
  at::Device device() const override { return a_.device(); }

  at::Tensor kernel(int64_t length, at::ScalarType type) const override {
    // At least as many roots of unity as there are coefficients.
    const int64_t size = std::max(length, order() + 1);
    const at::Tensor numerator = b_ - moved(b_, size);
    const at::Tensor denominator = at::cat({at::ones_like(a_.slice(1, 0, 1)), a_}, 1);
    const at::Tensor spectrum = at::fft_rfft(numerator, size) / at::fft_rfft(denominator, size);
    return at::fft_irfft(spectrum, size).slice(1, 0, length).to(type);
  }
  ScanBlock block(int64_t length, at::ScalarType type) const override {
    return dense_block(*this, length, type);
  }

  OutputAndState step(const at::Tensor& u, const at::Tensor& state) const override {
    const at::ScalarType type = state.scalar_type();
    const at::Tensor next = shifted(state, a_.to(type)) + b_.to(type) * u.unsqueeze(-1);
    return {next.select(-1, 0), next};
  }

 private:
  // z^count s(z).
  at::Tensor moved(const at::Tensor& s, int64_t count) const {
    const Remainders remainders(a_);
    at::Tensor power = shifted(
        at::constant_pad_nd(at::ones_like(a_.slice(1, 0, 1)), {a_.size(1) - 1, 0}), a_);  // z
    at::Tensor result = s;
    for (int64_t bit = 1; bit <= count; bit *= 2) {
      if ((count & bit) != 0) {
        result = remainders.product(result, power);
      }
      if (2 * bit <= count) {
        power = remainders.product(power, power);
      }
    }
    return result;
  }

  at::Tensor a_, b_;  // [D, N] float64
};

}  // namespace

NamedTensors rational_start_values(const SsmRow& /*row*/, int64_t width, const SsmOptions& options,
                                   Rng& rng) {
  at::Tensor b = at::empty({width, options.state}, at::kFloat);
  const double deviation = 1 / std::sqrt(static_cast<double>(options.state));
  for (int64_t i = 0; i < b.numel(); ++i) {
    b.data_ptr<float>()[i] = static_cast<float>(deviation * rng.normal());
  }
  return {{"a", at::zeros({width, options.state}, at::kFloat)}, {"b", b}};
}

std::unique_ptr<DiscreteSystem> rational_system(const NamedTensors& parameters) {
  return std::make_unique<RationalSystem>(parameters);
}

TensorShapes rational_shapes(const SsmRow& /*row*/, int64_t width, int64_t state) {
  return {{"a", {width, state}}, {"b", {width, state}}};
}

}  // namespace yonder::nn
