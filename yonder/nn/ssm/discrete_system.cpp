// SPDX-License-Identifier: Apache-2.0
#include "yonder/nn/ssm/discrete_system.h"

#include "yonder/base/error.h"

#include <ATen/ATen.h>

#include <bit>
#include <vector>

namespace yonder::nn {
namespace {

using at::indexing::None;
using at::indexing::Slice;

// x [D, R, N] after A^m.
at::Tensor advanced(const at::Tensor& advance, const at::Tensor& x) {
  if (advance.is_complex()) {
    const at::Tensor pairs = at::view_as_complex(x.unflatten(-1, {-1, 2}).contiguous());
    return at::view_as_real(pairs * advance.unsqueeze(1)).flatten(-2);
  }
  return at::matmul(x, advance.transpose(1, 2));
}

// [D, m, m], row i the weights of the inputs of a chunk in its output i.
at::Tensor toeplitz(const at::Tensor& impulse) {
  const int64_t m = impulse.size(1);
  const at::Tensor places = at::arange(m, at::dtype(at::kLong).device(impulse.device()));
  const at::Tensor from_zero = at::constant_pad_nd(impulse, {m - 1, 0});
  const at::Tensor lag = m - 1 + places.unsqueeze(1) - places.unsqueeze(0);
  return from_zero.index_select(1, lag.flatten()).view({impulse.size(0), m, m});
}

// Whole chunks only: u [D, B, Q, m], state [D, B, N].
struct Scanned {
  at::Tensor output, state;
};
Scanned scan_whole_chunks(const ScanBlock& block, const at::Tensor& u, const at::Tensor& state) {
  const int64_t chunks = u.size(2);
  const at::Tensor gained = at::matmul(u, block.reach.transpose(1, 2).unsqueeze(1));
  std::vector<at::Tensor> before;
  at::Tensor x = state;
  for (int64_t q = 0; q < chunks; ++q) {
    before.push_back(x);
    x = advanced(block.advance, x) + gained.select(2, q);
  }
  const at::Tensor output =
      at::matmul(u, toeplitz(block.impulse).transpose(1, 2).unsqueeze(1)) +
      at::matmul(at::stack(before, 2), block.observe.transpose(1, 2).unsqueeze(1));
  return {output, x};
}

// A^T [D, N, N], B [D, N], C A [D, N] and C B [D], float64.
struct DenseForm {
  at::Tensor a_transposed, b, ca, cb;
};
DenseForm dense_form(const DiscreteSystem& system, const at::TensorOptions& options) {
  const int64_t n = system.order();
  const int64_t d = system.width();
  const at::Tensor units = at::eye(n, options).unsqueeze(1).expand({n, d, n});
  const OutputAndState moved = system.step(at::zeros({n, d}, options), units);
  const OutputAndState pushed =
      system.step(at::ones({1, d}, options), at::zeros({1, d, n}, options));
  return {moved.state.transpose(0, 1), pushed.state.squeeze(0), moved.output.transpose(0, 1),
          pushed.output.squeeze(0)};
}

at::TensorOptions float64_like(const DiscreteSystem& system) {
  return at::dtype(at::kDouble).device(system.device());
}

}  // namespace

int64_t square_root_stride(int64_t length) {
  int64_t stride = 1;
  while (stride * stride < length) {
    stride *= 2;
  }
  return stride;
}

at::Tensor causal_convolution(const at::Tensor& u, const at::Tensor& kernel) {
  const int64_t length = u.size(1);
  YONDER_CHECK(kernel.size(0) == u.size(2) && kernel.size(1) == length);
  const auto size = static_cast<int64_t>(std::bit_ceil(static_cast<uint64_t>(2 * length)));
  const at::Tensor spectrum =
      at::fft_rfft(u.transpose(1, 2).contiguous(), size) * at::fft_rfft(kernel, size);
  return at::fft_irfft(spectrum, size).index({"...", Slice(None, length)}).transpose(1, 2);
}

OutputAndState chunked_scan(const DiscreteSystem& system, const at::Tensor& u,
                            const at::Tensor& state, int64_t chunk, const ScanBlock* block) {
  YONDER_CHECK(chunk >= 1);
  const int64_t batch = u.size(0);
  const int64_t length = u.size(1);
  at::Tensor x = state.transpose(0, 1);
  const at::Tensor channels = u.permute({2, 0, 1});
  std::vector<at::Tensor> outputs;
  const int64_t whole = length / chunk * chunk;
  for (const auto& [begin, end] : {std::pair{int64_t{0}, whole}, std::pair{whole, length}}) {
    if (begin == end) {
      continue;
    }
    const int64_t m = std::min(chunk, end - begin);
    const at::Tensor part = channels.slice(2, begin, end).contiguous();
    const bool at_hand = block != nullptr && m == chunk;
    const Scanned scanned = scan_whole_chunks(at_hand ? *block : system.block(m, u.scalar_type()),
                                              part.view({u.size(2), batch, -1, m}), x);
    outputs.push_back(scanned.output.flatten(2));
    x = scanned.state;
  }
  return {at::cat(outputs, 2).permute({1, 2, 0}), x.transpose(0, 1)};
}

at::Tensor dense_kernel(const DiscreteSystem& system, int64_t length, at::ScalarType type) {
  // K_0 = C B; K_(1 + qR + r) = (C A A^(qR)) (A^r B), R about the square root of the length. Both
  // factors by doubling.
  const DenseForm form = dense_form(system, float64_like(system));
  const int64_t stride = square_root_stride(length);
  at::Tensor power = form.a_transposed;
  at::Tensor reached = form.b.unsqueeze(1);    // [D, r, N]
  at::Tensor observed = form.ca.unsqueeze(1);  // [D, q, N]
  while (reached.size(1) < stride) {
    reached = at::cat({reached, at::matmul(reached, power)}, 1);
    power = at::matmul(power, power);
  }
  while (observed.size(1) * stride < length - 1) {
    observed = at::cat({observed, at::matmul(observed, power.transpose(1, 2))}, 1);
    if (observed.size(1) * stride < length - 1) {
      power = at::matmul(power, power);
    }
  }
  const at::Tensor later =
      at::matmul(observed.to(type), reached.to(type).transpose(1, 2)).flatten(1);
  return at::cat({form.cb.to(type).unsqueeze(1), later}, 1).slice(1, 0, length);
}

ScanBlock dense_block(const DiscreteSystem& system, int64_t length, at::ScalarType type) {
  const DenseForm form = dense_form(system, float64_like(system));
  at::Tensor power = form.a_transposed;
  at::Tensor reached = form.b.unsqueeze(1);    // [D, l, N]: A^l B
  at::Tensor observed = form.ca.unsqueeze(1);  // [D, l, N]: C A^(l+1)
  at::Tensor whole;                            // (A^T)^length
  for (int64_t bit = 1; bit <= length; bit *= 2) {
    if ((length & bit) != 0) {
      whole = whole.defined() ? at::matmul(whole, power) : power;
    }
    if (reached.size(1) < length) {
      reached = at::cat({reached, at::matmul(reached, power)}, 1);
      observed = at::cat({observed, at::matmul(observed, power.transpose(1, 2))}, 1);
      power = at::matmul(power, power);
    }
  }
  reached = reached.slice(1, 0, length);
  observed = observed.slice(1, 0, length);
  const at::Tensor first = form.cb.unsqueeze(1);
  const at::Tensor later =
      at::matmul(reached.slice(1, 0, length - 1), form.ca.unsqueeze(2)).squeeze(2);
  return {at::cat({first, later}, 1).to(type), observed.to(type),
          reached.flip(1).transpose(1, 2).to(type), whole.transpose(1, 2).to(type)};
}

}  // namespace yonder::nn
