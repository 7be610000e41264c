// SPDX-License-Identifier: Apache-2.0
#include "yonder/nn/cross_entropy.h"

#include "yonder/nn/internal/row_buffer.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <torch/csrc/autograd/custom_function.h>

#include <algorithm>
#include <limits>
#include <numeric>
#include <vector>

namespace yonder::nn {
namespace {

using internal::RowBuffer;
using torch::autograd::AutogradContext;
using torch::autograd::tensor_list;

/// Mean loss; `gradient`, where it is defined, gets that of the logits.
at::Tensor on_processor(const at::Tensor& logits, const at::Tensor& targets, int64_t counted,
                        const at::Tensor& gradient) {
  const int64_t rows = logits.size(0);
  const int64_t vocabulary = logits.size(1);
  const int64_t* target = targets.data_ptr<int64_t>();
  const float share = 1.0F / static_cast<float>(counted);
  std::vector<double> losses(static_cast<size_t>(rows), 0);
  constexpr int64_t kGrain = 16;
  at::parallel_for(0, rows, kGrain, [&](int64_t first, int64_t last) {
    RowBuffer buffer(vocabulary);
    for (int64_t row = first; row < last; ++row) {
      if (target[row] == kIgnoredTarget) {
        continue;
      }
      buffer.load(logits, row * vocabulary, -std::numeric_limits<float>::infinity());
      const double chosen = buffer[target[row]];
      losses[static_cast<size_t>(row)] =
          internal::softmax_row(buffer.data(), buffer.padded()) - chosen;
      if (gradient.defined()) {
        buffer[target[row]] -= 1;
        for (int64_t v = 0; v < vocabulary; ++v) {
          buffer[v] *= share;
        }
        buffer.store(gradient, row * vocabulary);
      }
    }
  });
  const double sum = std::accumulate(losses.begin(), losses.end(), 0.0);
  return at::scalar_tensor(sum / static_cast<double>(counted), at::kFloat);
}

class CrossEntropy : public torch::autograd::Function<CrossEntropy> {
 public:
  static at::Tensor forward(AutogradContext* context, const at::Tensor& logits,
                            const at::Tensor& targets, bool with_gradient) {
    const int64_t counted = std::max<int64_t>(targets.ne(kIgnoredTarget).sum().item<int64_t>(), 1);
    at::Tensor gradient;
    at::Tensor loss;
    if (logits.is_cpu()) {
      gradient = with_gradient ? at::zeros_like(logits) : at::Tensor();
      loss = on_processor(logits.contiguous(), targets.contiguous(), counted, gradient);
    } else {
      const at::Tensor log_p = at::log_softmax(logits, -1, at::kFloat);
      const at::Tensor counts = targets.ne(kIgnoredTarget).unsqueeze(-1);
      const at::Tensor index = targets.clamp_min(0).unsqueeze(-1);
      const double share = 1 / static_cast<double>(counted);
      loss = -(log_p.gather(-1, index) * counts).sum() * share;
      if (with_gradient) {
        const at::Tensor p = log_p.exp();
        gradient = (p.scatter_add(-1, index, -at::ones_like(index, p.options())) * counts * share)
                       .to(logits.scalar_type());
      }
    }
    context->save_for_backward({gradient});
    return loss;
  }

  static tensor_list backward(AutogradContext* context, const tensor_list& above) {
    const at::Tensor gradient = context->get_saved_variables()[0];
    return {gradient * above[0].to(gradient.scalar_type()), {}, {}};
  }
};

}  // namespace

at::Tensor cross_entropy(const at::Tensor& logits, const at::Tensor& targets) {
  return CrossEntropy::apply(logits, targets, at::GradMode::is_enabled() && logits.requires_grad());
}

}  // namespace yonder::nn
