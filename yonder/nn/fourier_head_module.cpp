// SPDX-License-Identifier: Apache-2.0
#include "yonder/nn/fourier_head_module.h"

#include "yonder/base/error.h"
#include "yonder/nn/random_tensor.h"

#include <cmath>

namespace yonder::nn {
namespace {

using density::Domain;
using density::DomainKind;

// Of the start weights times sqrt(d): small enough that the start is the uniform density, large
// enough that its coefficients already differ between hidden states.
constexpr double kStartDeviation = 0.01;

// Real numbers per density: b without its imaginary parts where they mean nothing, t and ln s.
int64_t numbers_of(const Domain& domain, int64_t order) {
  switch (domain.kind) {
    case DomainKind::reflected:
      return order + 1;
    case DomainKind::line:
      return 2 * (order + 1) + 2;
    default:
      return 2 * (order + 1);
  }
}

}  // namespace

void FourierHeadOptions::validate() const {
  check_range("in", in, 1, int64_t{1} << 24);
  check_range("order", order, 1, 4096);
  check_range("channels", channels, 1, int64_t{1} << 24);
  if (Domain::parse(domain).kind == DomainKind::line) {
    check_choice("base", base, head_base_names());
    check_range("location", location, -1e300, 1e300);
    check_range("scale", scale, 1e-300, 1e300);
  }
}

FourierHeadImpl::FourierHeadImpl(const FourierHeadOptions& options)
    : options_((options.validate(), options)),
      domain_(Domain::parse(options.domain)),
      numbers_(numbers_of(domain_, options.order)),
      projection_(options.in, options.channels * numbers_, /*with_bias=*/true, at::kFloat) {
  register_module("projection", projection_);
  const torch::NoGradGuard no_grad;
  fill_normal(projection_->weight, kStartDeviation / std::sqrt(static_cast<double>(options.in)),
              options.seed, 0);
  projection_->bias.zero_();
  // b_0 = 1.
  projection_->bias.view({options.channels, numbers_}).select(1, 0).fill_(1);
}

FourierDensity FourierHeadImpl::forward(const at::Tensor& hidden) const {
  const at::ScalarType type = hidden.scalar_type() == at::kDouble ? at::kDouble : at::kFloat;
  const at::Tensor bias = projection_->bias.to(type);
  const at::Tensor raw = at::linear(hidden.to(type), projection_->weight.to(type), bias)
                             .unflatten(-1, {options_.channels, numbers_});
  const int64_t count = options_.order + 1;
  const at::Tensor real = raw.slice(-1, 0, count);
  FourierDensity q{domain_, {}, {}, {}, {}};
  q.coefficients =
      at::complex(real, domain_.kind == DomainKind::reflected ? at::zeros_like(real)
                                                              : raw.slice(-1, count, 2 * count));
  if (domain_.kind == DomainKind::line) {
    q.base = options_.base;
    q.location = options_.location + options_.scale * raw.select(-1, 2 * count);
    q.scale = options_.scale * raw.select(-1, 2 * count + 1).exp();
  }
  return q;
}

at::Tensor FourierHeadImpl::nll(const at::Tensor& hidden, const at::Tensor& y) const {
  return -log_density(forward(hidden), y);
}

at::Tensor FourierHeadImpl::sample(const at::Tensor& hidden, uint64_t seed, uint64_t stream) const {
  return nn::sample(forward(hidden), seed, stream);
}

at::Tensor FourierHeadImpl::quantile(const at::Tensor& hidden, const at::Tensor& u) const {
  return nn::quantile(forward(hidden), u);
}

at::Tensor FourierHeadImpl::cdf(const at::Tensor& hidden, const at::Tensor& y) const {
  return nn::cdf(forward(hidden), y);
}

at::Tensor FourierHeadImpl::bin_logprob(const at::Tensor& hidden, const at::Tensor& k,
                                        double step) const {
  check_range("step", step, 1e-300, 1e300);
  const at::Tensor index = k.to(at::kDouble);
  return log_interval_probability(forward(hidden), (index - 0.5) * step, (index + 0.5) * step);
}

}  // namespace yonder::nn
