// SPDX-License-Identifier: Apache-2.0
// The bases that carry the line to the circle (density/base_distribution.h), as tensor functions of
// the standardised value u = (y - t) / s. Only what has a closed form in torch's operations; one
// row per base. Test: fourier_head_test.cpp against density::BaseDistribution.
#pragma once

#include <ATen/core/Tensor.h>

#include <string>
#include <string_view>
#include <vector>

namespace yonder::nn {

struct FourierBase {
  std::string name;
  /// ln beta(u), of scale 1.
  at::Tensor (*log_density)(const at::Tensor& u);
  /// ln(1 - F(v)), v >= 0, also where 1 - F underflows.
  at::Tensor (*log_tail)(const at::Tensor& v);
  /// v >= 0 with 1 - F(v) = mass, 0 < mass <= 1/2.
  at::Tensor (*from_tail)(const at::Tensor& mass);
};

const std::vector<FourierBase>& fourier_bases();
/// Throws Error(bad_option) naming the nearest.
const FourierBase& fourier_base(std::string_view name);

}  // namespace yonder::nn
