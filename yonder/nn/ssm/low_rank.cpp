// SPDX-License-Identifier: Apache-2.0
// S4: x' = (diag(poles) - sum_k p_k p_k^*) x + B u per channel, discretised by the bilinear rule of
// step e. Vectors live in conjugate pairs of which one each is kept, so p^* x is the real number
// 2 Re sum_n conj(p_n) x_n. With R = 2/e - pole (diagonal) and the small matrix
// M_kl = p_k^* R^-1 p_l, Woodbury's formula gives one step in O(N):
//
//     x_t = (2/e + pole) / R x_(t-1) - sum_k (p_k / R) s_k + (B part) u_t,
//     s = (1 + M)^-1 (4/e) p^* R^-1 x_(t-1).
//
// poles with Re < 0 and the same p on both sides make x' dissipative whatever is learned (Goel et
// al. 2022, arXiv 2202.09729), so powers of A do not grow.
//
// The kernel comes from those powers (dense_kernel()), not from the generating function on the unit
// circle, as S4 has it: that one needs C (1 - A^L), and so the same powers, in every step of
// training, and D N L / 2 complex divisions on top. The test compares with it, its limit at z = -1
// included (low_rank_reference.h). Source: Gu et al. 2022, arXiv 2111.00396.
// Test: discrete_system_test.cpp.
#include "yonder/memory/ssm_start.h"
#include "yonder/nn/ssm/start_values.h"
#include "yonder/nn/ssm/table.h"

#include <ATen/ATen.h>

#include <cmath>
#include <memory>
#include <numbers>

namespace yonder::nn {
namespace {

using Complex = std::complex<double>;

// 2 Re sum_n a_n b_n over the last axis.
at::Tensor paired_sum(const at::Tensor& a, const at::Tensor& b) {
  return 2 * at::real(a * b).sum(-1);
}

class LowRankSystem final : public DiscreteSystem {
 public:
  explicit LowRankSystem(const NamedTensors& parameters) {
    const auto wide = [&](const char* name) { return parameters.at(name).to(at::kDouble); };
    const auto wide_complex = [&](const char* name) {
      return at::view_as_complex(wide(name).contiguous());
    };
    const at::Tensor poles = at::complex(-wide("log_A_real").exp(), wide("A_imag"));
    const at::Tensor rate = 2 / wide("log_dt").exp().unsqueeze(1);  // 2/e
    const at::Tensor r = rate - poles;
    const at::Tensor p = wide_complex("P");  // [D, k, n]
    const at::Tensor p_over_r = p / r.unsqueeze(1);
    // (1 + M)^-1 p^* R^-1, as rows that meet x in paired_sum(): [D, k, n].
    const at::Tensor m = paired_sum(p.conj().unsqueeze(2), p_over_r.unsqueeze(1));
    const at::Tensor inverse = at::inverse(at::eye(p.size(1), m.options()) + m);
    const at::Tensor rows =
        at::matmul(inverse.to(at::kComplexDouble), p.conj().resolve_conj() / r.unsqueeze(1));
    const at::Tensor b = wide_complex("B");
    diagonal_ = (rate + poles) / r;
    left_ = p_over_r;
    right_ = rows * (2 * rate).unsqueeze(1).to(at::kComplexDouble);
    const at::Tensor through = paired_sum(rows, b.unsqueeze(1));  // [D, k]
    input_ = 2 * (b / r - (p_over_r * through.unsqueeze(-1)).sum(1));
    output_ = wide_complex("C");
  }

  int64_t order() const override { return 2 * diagonal_.size(1); }
  int64_t width() const override { return diagonal_.size(0); }
  at::Device device() const override { return diagonal_.device(); }

  at::Tensor kernel(int64_t length, at::ScalarType type) const override {
    return dense_kernel(*this, length, type);
  }
  ScanBlock block(int64_t length, at::ScalarType type) const override {
    return dense_block(*this, length, type);
  }

  OutputAndState step(const at::Tensor& u, const at::Tensor& state) const override {
    const at::ScalarType type = at::toComplexType(state.scalar_type());
    const at::Tensor x = at::view_as_complex(state.unflatten(-1, {-1, 2}).contiguous());
    const at::Tensor s = paired_sum(right_.to(type), x.unsqueeze(2));  // [B, D, k]
    const at::Tensor next = diagonal_.to(type) * x - (left_.to(type) * s.unsqueeze(-1)).sum(2) +
                            input_.to(type) * u.unsqueeze(-1);
    return {paired_sum(output_.to(type), next), at::view_as_real(next).flatten(-2)};
  }

 private:
  at::Tensor diagonal_, input_, output_;  // [D, n] complex128
  at::Tensor left_, right_;               // [D, k, n] complex128
};

// The conjugate pairs of a memory's matrix: one pole each, and its places in p and B.
struct Pairs {
  std::vector<Complex> poles, p, b;  // p: one vector after the other
};

Pairs conjugate_pairs(const memory::NormalPlusLowRank& full) {
  const size_t half = full.poles.size() / 2;
  Pairs pairs;
  pairs.poles.assign(full.poles.begin() + static_cast<std::ptrdiff_t>(half), full.poles.end());
  // fout has the pole 0 twice, in no particular basis of its plane; the basis of a conjugate pair
  // there shares the length of a real vector evenly.
  const bool twice_zero = std::abs(full.poles[half] - full.poles[half - 1]) < 1e-9;
  const auto upper_half = [&](const std::vector<Complex>& all, std::vector<Complex>& out) {
    const size_t first = out.size();
    out.insert(out.end(), all.begin() + static_cast<std::ptrdiff_t>(half), all.end());
    if (twice_zero) {
      out[first] = std::sqrt((std::norm(all[half]) + std::norm(all[half - 1])) / 2);
    }
  };
  for (const std::vector<Complex>& vector : full.p) {
    upper_half(vector, pairs.p);
  }
  upper_half(full.b, pairs.b);
  return pairs;
}

memory::Measure measure_of(const SsmRow& row) {
  const std::string name = row.name.substr(row.name.find('-') + 1);
  // Windows of one time unit, 1/e positions.
  return memory::Measure::parse(name == "legs" ? name : name + ":1");
}

}  // namespace

NamedTensors low_rank_start_values(const SsmRow& row, int64_t width, const SsmOptions& options,
                                   Rng& rng) {
  const memory::NormalPlusLowRank full =
      memory::normal_plus_low_rank(measure_of(row), options.state);
  const Pairs pairs = conjugate_pairs(full);
  NamedTensors values = pole_start_values(pairs.poles, width, options, rng);
  values["B"] = same_in_every_channel(pairs.b, width);
  values["P"] = same_in_every_channel(pairs.p, width)
                    .view({width, static_cast<int64_t>(full.p.size()), options.state / 2, 2});
  return values;
}

std::unique_ptr<DiscreteSystem> low_rank_system(const NamedTensors& parameters) {
  return std::make_unique<LowRankSystem>(parameters);
}

TensorShapes low_rank_shapes(const SsmRow& row, int64_t width, int64_t state) {
  TensorShapes shapes = pole_shapes(width, state);
  const int64_t rank = row.name == "s4-legt" ? 2 : 1;
  shapes["B"] = {width, state / 2, 2};
  shapes["P"] = {width, rank, state / 2, 2};
  return shapes;
}

}  // namespace yonder::nn
