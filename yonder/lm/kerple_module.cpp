// SPDX-License-Identifier: Apache-2.0
#include "yonder/lm/kerple_module.h"

#include "yonder/lm/position/table.h"
#include "yonder/rotary/arguments.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <vector>

namespace yonder::lm {
namespace {

constexpr const char* kPower = "kerple-power";

/// Neither softplus nor a sigmoid ever gets to the ends of its range.
constexpr double kEdge = 1e-6;

double inverse_softplus(double value) {
  const double x = std::max(value, kEdge);
  return x + std::log(-std::expm1(-x));
}

double inverse_double_sigmoid(double value) {
  const double x = std::clamp(value, kEdge, 2 - kEdge);
  return std::log(x / (2 - x));
}

/// [H, 1, 1] of one number for all heads, or one each.
at::Tensor by_head(const std::vector<double>& values, int64_t heads, double (*raw)(double)) {
  at::Tensor out = torch::empty({heads, 1, 1});
  for (int64_t h = 0; h < heads; ++h) {
    out[h] = raw(values.size() == 1 ? values[0] : values.at(static_cast<size_t>(h)));
  }
  return out;
}

std::string joined(const at::Tensor& values) {
  std::vector<std::string> texts;
  for (int64_t h = 0; h < values.numel(); ++h) {
    texts.push_back(fmt::format("{:.7g}", values.flatten()[h].item<float>()));
  }
  return fmt::format("{}", fmt::join(texts, "/"));
}

}  // namespace

std::optional<std::string> kerple_term_of(std::string_view scheme) {
  for (size_t begin = 0; begin <= scheme.size();) {
    const size_t end = std::min(scheme.find('+', begin), scheme.size());
    const std::string_view term = scheme.substr(begin, end - begin);
    if (term.starts_with("kerple-")) {
      return std::string(term);
    }
    begin = end + 1;
  }
  return std::nullopt;
}

KerpleImpl::KerpleImpl(const std::string& term, int64_t heads) {
  const rotary::TermText text = rotary::parse_term(term);
  name_ = text.name;
  const rotary::Arguments arguments(name_, find_scheme_term(name_)->arguments, text.given);
  raw_r1_ = register_parameter("r1", by_head(arguments.numbers("r1"), heads, inverse_softplus));
  // m^r2 is a kernel for r2 <= 2 only.
  const bool bounded = name_ == kPower;
  raw_r2_ = register_parameter("r2", by_head(arguments.numbers("r2"), heads,
                                             bounded ? inverse_double_sigmoid : inverse_softplus));
}

at::Tensor KerpleImpl::r1() const { return at::softplus(raw_r1_); }

at::Tensor KerpleImpl::r2() const {
  return name_ == kPower ? 2 * at::sigmoid(raw_r2_) : at::softplus(raw_r2_);
}

at::Tensor KerpleImpl::forward(int64_t length) {
  const at::Tensor at = torch::arange(length, raw_r1_.options().requires_grad(false));
  const at::Tensor distance = (at.unsqueeze(1) - at.unsqueeze(0)).clamp_min(0);
  // m^r2 as exp(r2 ln m), which has a gradient at m = 0 too.
  const at::Tensor penalty =
      name_ == kPower ? at::exp(r2() * at::log(distance.clamp_min(kEdge))) * distance.gt(0)
                      : at::log1p(r2() * distance);
  return -r1() * penalty;
}

std::string KerpleImpl::term() const {
  return fmt::format("{}:r1={},r2={}", name_, joined(r1()), joined(r2()));
}

}  // namespace yonder::lm
