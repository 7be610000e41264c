// SPDX-License-Identifier: Apache-2.0
#include "yonder/nn/memory_gradient.h"

#include "yonder/base/error.h"
#include "yonder/memory/discretization.h"
#include "yonder/memory/merge.h"

#include <ATen/ATen.h>
#include <torch/csrc/autograd/custom_function.h>

#include <algorithm>
#include <span>
#include <vector>

namespace yonder::nn {
namespace {

using memory::Matrix;
using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

at::Tensor as_tensor(const std::vector<double>& values, at::IntArrayRef shape) {
  at::Tensor tensor = at::empty(shape, at::kDouble);
  YONDER_CHECK(tensor.numel() == static_cast<int64_t>(values.size()));
  std::copy(values.begin(), values.end(), tensor.data_ptr<double>());
  return tensor;
}

at::Tensor as_tensor(const Matrix& m) { return as_tensor(m.values, {m.rows, m.columns}); }

// x [..., N] times M^T, M [N, N] or one for each of the vectors, [..., N, N].
at::Tensor applied(const at::Tensor& m, const at::Tensor& x) {
  return m.dim() == 2 ? at::matmul(x, m.t()) : at::matmul(m, x.unsqueeze(-1)).squeeze(-1);
}
at::Tensor applied_transposed(const at::Tensor& m, const at::Tensor& x) {
  return m.dim() == 2 ? at::matmul(x, m)
                      : at::matmul(m.transpose(-2, -1), x.unsqueeze(-1)).squeeze(-1);
}

// r_n = sqrt(2n+1), and (-1)^n.
at::Tensor roots(const at::Tensor& like) {
  return (2 * at::arange(like.size(-1), like.options().dtype(at::kDouble)) + 1)
      .sqrt()
      .to(like.scalar_type());
}
at::Tensor signs(const at::Tensor& like) {
  return 1 - 2 * at::remainder(at::arange(like.size(-1), like.options()), 2);
}

// A x of legs in O(N): -r_n sum over k < n of r_k x_k - (n+1) x_n.
at::Tensor legs_matrix_times(const at::Tensor& x) {
  const at::Tensor r = roots(x);
  const at::Tensor weighted = r * x;
  const at::Tensor before = weighted.cumsum(-1) - weighted;
  return -r * before - (r * r + 1) / 2 * x;
}

// Sums a gradient of shape [...] to that of a length, which is [...] or one number.
at::Tensor summed_to(const at::Tensor& gradient, const at::Tensor& length) {
  return length.numel() == 1 ? gradient.sum().view_as(length).to(length.options())
                             : gradient.view_as(length).to(length.options());
}

void require_positive(const at::Tensor& value, const char* what) {
  require((value > 0).all().item<bool>() && at::isfinite(value).all().item<bool>(),
          ErrorKind::bad_data, "{} of a memory is not a finite number above 0", what);
}

void require_sample(const at::Tensor& state, const at::Tensor& u) {
  require(state.dim() >= 1 && u.sizes() == state.sizes().slice(0, state.dim() - 1),
          ErrorKind::bad_data, "a sample of {} numbers cannot be taken into {} coefficients",
          u.numel(), state.numel());
}

class Merge : public torch::autograd::Function<Merge> {
 public:
  static at::Tensor forward(AutogradContext* context, const at::Tensor& older,
                            const at::Tensor& newer, const at::Tensor& older_length,
                            const at::Tensor& newer_length) {
    const int64_t order = older.size(-1);
    const at::Tensor first = older_length.to(at::kCPU, at::kDouble).contiguous();
    const at::Tensor second = newer_length.to(at::kCPU, at::kDouble).contiguous();
    std::vector<at::Tensor> older_matrices;
    std::vector<at::Tensor> newer_matrices;
    for (int64_t i = 0; i < first.numel(); ++i) {
      const memory::MergeMatrices m =
          memory::merge_matrices(order, first.data_ptr<double>()[i], second.data_ptr<double>()[i]);
      older_matrices.push_back(as_tensor(m.older));
      newer_matrices.push_back(as_tensor(m.newer));
    }
    const auto stacked = [&](const std::vector<at::Tensor>& all) {
      std::vector<int64_t> shape = first.sizes().vec();
      shape.insert(shape.end(), {order, order});
      return (all.size() == 1 ? all[0] : at::stack(all).view(shape)).to(older.options());
    };
    const at::Tensor m1 = stacked(older_matrices);
    const at::Tensor m2 = stacked(newer_matrices);
    const at::Tensor from_older = applied(m1, older);
    const at::Tensor from_newer = applied(m2, newer);
    context->save_for_backward({m1, m2, from_older, from_newer, older_length, newer_length});
    return from_older + from_newer;
  }

  static variable_list backward(AutogradContext* context, const variable_list& gradients) {
    const variable_list saved = context->get_saved_variables();
    const at::Tensor& g = gradients[0];
    const at::Tensor& t1 = saved[4];
    const at::Tensor& t2 = saved[5];
    // The newer part mirrored in time is an older one: M2 = S exp(A ln(T/T2)) S.
    const at::Tensor older_flow = (g * legs_matrix_times(saved[2])).sum(-1).to(at::kDouble);
    const at::Tensor mirror = signs(g);
    const at::Tensor newer_flow =
        (g * mirror * legs_matrix_times(mirror * saved[3])).sum(-1).to(at::kDouble);
    const at::Tensor total = t1 + t2;
    return {applied_transposed(saved[0], g), applied_transposed(saved[1], g),
            summed_to((newer_flow - older_flow * t2 / t1) / total, t1),
            summed_to((older_flow - newer_flow * t1 / t2) / total, t2)};
  }
};

// x' = Abar x + Bbar u, whose derivative in dt is A x' + B u.
class HeldStep : public torch::autograd::Function<HeldStep> {
 public:
  static at::Tensor forward(AutogradContext* context, const at::Tensor& state, const at::Tensor& u,
                            const at::Tensor& dt, const at::Tensor& a_step,
                            const at::Tensor& b_step, const at::Tensor& a, const at::Tensor& b) {
    const at::Tensor next = applied(a_step, state) + u.unsqueeze(-1) * b_step;
    context->save_for_backward({a_step, b_step, a, b, next, u, dt});
    return next;
  }

  static variable_list backward(AutogradContext* context, const variable_list& gradients) {
    const variable_list saved = context->get_saved_variables();
    const at::Tensor& g = gradients[0];
    const at::Tensor flow = applied(saved[2], saved[4]) + saved[5].unsqueeze(-1) * saved[3];
    const at::Tensor none;
    return {applied_transposed(saved[0], g),
            at::matmul(g, saved[1]),
            summed_to((g * flow).sum(-1), saved[6]),
            none,
            none,
            none,
            none};
  }
};

class Reconstruct : public torch::autograd::Function<Reconstruct> {
 public:
  static at::Tensor forward(AutogradContext* context, const at::Tensor& coefficients,
                            const at::Tensor& ages, const at::Tensor& values,
                            const at::Tensor& slopes) {
    context->save_for_backward({coefficients, values, slopes, ages});
    return at::matmul(coefficients, values.t());
  }

  static variable_list backward(AutogradContext* context, const variable_list& gradients) {
    const variable_list saved = context->get_saved_variables();
    const at::Tensor& g = gradients[0];
    const int64_t count = saved[1].size(0);
    const at::Tensor along = (g * at::matmul(saved[0], saved[2].t())).reshape({-1, count}).sum(0);
    const at::Tensor none;
    return {at::matmul(g, saved[1]), along.to(saved[3].options()), none, none};
  }
};

}  // namespace

at::Tensor merge_coefficients(const at::Tensor& older, const at::Tensor& newer,
                              const at::Tensor& older_length, const at::Tensor& newer_length) {
  require(older.dim() >= 1 && older.sizes() == newer.sizes(), ErrorKind::bad_data,
          "coefficients that are merged have different shapes");
  const int64_t vectors = older.numel() / std::max<int64_t>(1, older.size(-1));
  for (const at::Tensor& length : {older_length, newer_length}) {
    require(length.numel() == older_length.numel() &&
                (length.numel() == 1 || length.sizes() == older.sizes().slice(0, older.dim() - 1)),
            ErrorKind::bad_data,
            "{} lengths for {} coefficient vectors; one for all, or one for each is needed",
            length.numel(), vectors);
    require_positive(length, "a length");
  }
  return Merge::apply(older, newer, older_length, newer_length);
}

at::Tensor legs_step(const at::Tensor& state, const at::Tensor& u, const at::Tensor& elapsed,
                     const at::Tensor& dt) {
  require_sample(state, u);
  const at::Tensor constant = at::cat({u.unsqueeze(-1), at::zeros_like(state.slice(-1, 1))}, -1);
  return merge_coefficients(state, constant, elapsed, dt);
}

at::Tensor held_step(const memory::Measure& measure, const at::Tensor& state, const at::Tensor& u,
                     const at::Tensor& dt) {
  require_sample(state, u);
  require(dt.numel() == 1, ErrorKind::bad_data, "a step has {} lengths; it needs one", dt.numel());
  require_positive(dt, "a step");
  const memory::System system = memory::system(measure, state.size(-1));
  require(!system.time_varying, ErrorKind::bad_option,
          "{} changes with time; legs_step() is the exact step of legs", measure.text());
  const memory::Discrete step = memory::discretise(system, memory::Rule::zoh, dt.item<double>());
  const int64_t order = state.size(-1);
  const auto here = [&](const at::Tensor& constant) { return constant.to(state.options()); };
  return HeldStep::apply(state, u, dt, here(as_tensor(step.a)), here(as_tensor(step.b, {order})),
                         here(as_tensor(system.a)), here(as_tensor(system.b, {order})));
}

at::Tensor reconstruct(const memory::Measure& measure, const at::Tensor& coefficients,
                       const at::Tensor& ages, double length) {
  const at::Tensor places = ages.to(at::kCPU, at::kDouble).contiguous();
  require(ages.dim() == 1 && ((places >= 0) & (places <= length)).all().item<bool>(),
          ErrorKind::bad_data,
          "ages are to be one axis of numbers from 0 to {}, the interval remembered", length);
  const int64_t count = ages.size(0);
  const int64_t order = coefficients.size(-1);
  at::Tensor values = at::empty({count, order}, at::kDouble);
  at::Tensor slopes = at::empty({count, order}, at::kDouble);
  for (int64_t k = 0; k < count; ++k) {
    const double age = places.data_ptr<double>()[k];
    const auto row = [&](at::Tensor& table) {
      return std::span<double>(table.data_ptr<double>() + k * order, static_cast<size_t>(order));
    };
    memory::basis(measure, age, length, row(values));
    memory::basis_derivative(measure, age, length, row(slopes));
  }
  // Times run against ages.
  return Reconstruct::apply(coefficients, ages, values.to(coefficients.options()),
                            (-slopes).to(coefficients.options()));
}

}  // namespace yonder::nn
