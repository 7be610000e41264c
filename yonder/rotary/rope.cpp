// SPDX-License-Identifier: Apache-2.0
// The unchanged table: theta_c = base^(-2c/d). Source: Su et al. 2021 (RoFormer), 3.3.
#include "yonder/rotary/kinds.h"

#include <cmath>

namespace yonder::rotary {

std::vector<double> rope_theta(int64_t dims, double base) {
  std::vector<double> theta;
  for (int64_t c = 0; c < dims / 2; ++c) {
    theta.push_back(std::pow(base, -2 * static_cast<double>(c) / static_cast<double>(dims)));
  }
  return theta;
}

ThetaTable make_rope(const RopeSpec& rope, const Arguments& /*arguments*/, double /*stretch*/) {
  return {.theta = rope_theta(rope.dims, rope.base)};
}

LlamaCppOptions rope_in_llama_cpp(const RopeSpec& /*rope*/, const Arguments& /*arguments*/,
                                  double /*stretch*/) {
  return std::vector<std::string>{};
}

}  // namespace yonder::rotary
