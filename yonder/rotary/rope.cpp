// SPDX-License-Identifier: Apache-2.0
#include "yonder/rotary/rope.h"

#include <cmath>

namespace yonder::rotary {

ThetaTable make_rope(const RopeSpec& rope, const Arguments& /*arguments*/, double /*stretch*/) {
  ThetaTable table;
  for (int64_t c = 0; c < rope.dims / 2; ++c) {
    table.theta.push_back(
        std::pow(rope.base, -2 * static_cast<double>(c) / static_cast<double>(rope.dims)));
  }
  return table;
}

}  // namespace yonder::rotary
