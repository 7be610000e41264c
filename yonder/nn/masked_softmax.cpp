// SPDX-License-Identifier: Apache-2.0
#include "yonder/nn/masked_softmax.h"

#include "yonder/nn/internal/row_buffer.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <torch/csrc/autograd/custom_function.h>

#include <cmath>
#include <limits>
#include <vector>

namespace yonder::nn {
namespace {

using internal::RowBuffer;
using torch::autograd::AutogradContext;
using torch::autograd::tensor_list;

/// The keys that a row of the mask shows lie in [first, last).
struct Span {
  int64_t first = 0, last = 0;
};

std::vector<Span> visible_spans(const at::Tensor& mask) {
  const int64_t keys = mask.size(-1);
  std::vector<Span> spans(static_cast<size_t>(mask.numel() / keys));
  const float* row = mask.data_ptr<float>();
  for (Span& span : spans) {
    const auto hidden = [&](int64_t j) { return std::isinf(row[j]); };
    span.last = keys;
    while (span.last > 0 && hidden(span.last - 1)) {
      --span.last;
    }
    while (span.first < span.last && hidden(span.first)) {
      ++span.first;
    }
    row += keys;
  }
  return spans;
}

/// Calls work(row of the logits, row of the mask) for all rows, from all of torch's threads.
template <typename Work>
void for_each_row(const at::Tensor& logits, const at::Tensor& mask, const Work& work) {
  const int64_t keys = logits.size(-1);
  const int64_t rows = logits.numel() / keys;
  const int64_t mask_rows = mask.numel() / keys;
  constexpr int64_t kGrain = 64;
  at::parallel_for(0, rows, kGrain, [&](int64_t first, int64_t last) {
    for (int64_t row = first; row < last; ++row) {
      work(row, row % mask_rows);
    }
  });
}

at::Tensor forward_on_processor(const at::Tensor& logits, const at::Tensor& mask) {
  const int64_t keys = logits.size(-1);
  const std::vector<Span> spans = visible_spans(mask);
  at::Tensor weights = at::zeros_like(logits);
  const float* mask_values = mask.data_ptr<float>();
  for_each_row(logits, mask, [&](int64_t row, int64_t mask_row) {
    const Span span = spans[static_cast<size_t>(mask_row)];
    const int64_t n = span.last - span.first;
    RowBuffer buffer(n);
    buffer.load(logits, row * keys + span.first, -std::numeric_limits<float>::infinity());
    const float* added = mask_values + mask_row * keys + span.first;
    for (int64_t j = 0; j < n; ++j) {
      buffer[j] += added[j];
    }
    internal::softmax_row(buffer.data(), buffer.padded());
    buffer.store(weights, row * keys + span.first);
  });
  return weights;
}

at::Tensor backward_on_processor(const at::Tensor& weights, const at::Tensor& above,
                                 const at::Tensor& mask) {
  const int64_t keys = weights.size(-1);
  const std::vector<Span> spans = visible_spans(mask);
  at::Tensor gradient = at::zeros_like(weights);
  for_each_row(weights, mask, [&](int64_t row, int64_t mask_row) {
    const Span span = spans[static_cast<size_t>(mask_row)];
    const int64_t n = span.last - span.first;
    RowBuffer weight(n);
    RowBuffer buffer(n);
    weight.load(weights, row * keys + span.first, 0);
    buffer.load(above, row * keys + span.first, 0);
    internal::softmax_row_gradient(weight.data(), buffer.data(), buffer.padded());
    buffer.store(gradient, row * keys + span.first);
  });
  return gradient;
}

class MaskedSoftmax : public torch::autograd::Function<MaskedSoftmax> {
 public:
  static at::Tensor forward(AutogradContext* context, const at::Tensor& logits,
                            const at::Tensor& mask) {
    at::Tensor weights =
        logits.is_cpu() ? forward_on_processor(logits.contiguous(), mask.contiguous())
                        : at::softmax(logits.to(at::kFloat) + mask, -1).to(logits.scalar_type());
    context->save_for_backward({weights, mask});
    return weights;
  }

  static tensor_list backward(AutogradContext* context, const tensor_list& above) {
    const tensor_list saved = context->get_saved_variables();
    const at::Tensor& weights = saved[0];
    const at::Tensor& mask = saved[1];
    at::Tensor gradient;
    if (weights.is_cpu()) {
      gradient = backward_on_processor(weights, above[0].contiguous(), mask.contiguous());
    } else {
      const at::Tensor w = weights.to(at::kFloat);
      const at::Tensor g = above[0].to(at::kFloat);
      gradient = (w * (g - (g * w).sum(-1, /*keepdim=*/true))).to(weights.scalar_type());
    }
    // A mask that is trained (a bias by head) gets the sum over the batch.
    at::Tensor mask_gradient;
    if (mask.requires_grad()) {
      mask_gradient = gradient.to(at::kFloat).sum(0).sum_to_size(mask.sizes());
    }
    return {gradient, mask_gradient};
  }
};

}  // namespace

at::Tensor masked_softmax(const at::Tensor& logits, const at::Tensor& mask) {
  return MaskedSoftmax::apply(logits, mask);
}

}  // namespace yonder::nn
