// SPDX-License-Identifier: Apache-2.0
// The Fourier head: a linear layer from hidden states to continuous densities, trained by their
// exact likelihood. Use it where a network predicts a number or an angle whose distribution may
// have any shape; for classes use softmax.
//
//   FourierHead head(FourierHeadOptions{.in = 512, .order = 16, .base = "logistic",
//                                       .location = mean, .scale = deviation});
//   loss = head->nll(hidden, y).mean();
//   head->sample(hidden, seed, stream);   head->bin_logprob(hidden, k, step);
//
// The start is the uniform density on the circle, so on the line the base at `location` and
// `scale`, which are to come from the data: far from them there is no gradient. Source: arXiv
// 2402.15345; docs/math/density.md. Test: fourier_head_module_test.cpp.
#pragma once

#include "yonder/base/options.h"
#include "yonder/nn/fourier_head.h"
#include "yonder/nn/layers_module.h"

#include <torch/torch.h>

#include <cstdint>
#include <string>

namespace yonder::nn {

struct FourierHeadOptions {
  int64_t in = 1;                 ///< d, width of the hidden states
  int64_t order = 16;             ///< N
  int64_t channels = 1;           ///< independent densities per hidden state
  std::string domain = "line";    ///< as density::Domain::parse() reads it
  std::string base = "logistic";  ///< of the line
  double location = 0;            ///< of the line: where the densities start, in units of y
  double scale = 1;
  uint64_t seed = 0;

  /// Throws Error(bad_option).
  void validate() const;
};

class FourierHeadImpl : public torch::nn::Module {
 public:
  explicit FourierHeadImpl(const FourierHeadOptions& options);

  /// hidden [..., d] -> densities [..., channels]; float32 at least, whatever the type of hidden,
  /// so that bf16 training keeps an exact likelihood. location = t0 + s0 raw, scale = s0 exp(raw).
  FourierDensity forward(const at::Tensor& hidden) const;

  /// y [..., channels], in units of the data. Results have the shape of y.
  at::Tensor nll(const at::Tensor& hidden, const at::Tensor& y) const;
  at::Tensor sample(const at::Tensor& hidden, uint64_t seed, uint64_t stream) const;
  at::Tensor quantile(const at::Tensor& hidden, const at::Tensor& u) const;
  at::Tensor cdf(const at::Tensor& hidden, const at::Tensor& y) const;
  /// ln P((k - 1/2) step < Y <= (k + 1/2) step); k [..., channels] integers, step > 0.
  at::Tensor bin_logprob(const at::Tensor& hidden, const at::Tensor& k, double step) const;

  const FourierHeadOptions& options() const { return options_; }

 private:
  FourierHeadOptions options_;
  density::Domain domain_;
  int64_t numbers_;  // per channel
  Linear projection_;
};
TORCH_MODULE(FourierHead);

}  // namespace yonder::nn
