// SPDX-License-Identifier: Apache-2.0
// Position interpolation: every channel s times slower, so all angles were trained, but neighbours
// stand closer than in training. Costs accuracy within N; made for use with further training.
// Source: Chen et al. 2023, arXiv 2306.15595; kexue.fm 9675.
#include "yonder/rotary/kinds.h"

#include <fmt/core.h>

namespace yonder::rotary {

ThetaTable make_position_interpolation(const RopeSpec& rope, const Arguments& /*arguments*/,
                                       double stretch) {
  ThetaTable table{.theta = rope_theta(rope.dims, rope.base), .reach = stretch};
  for (double& theta : table.theta) {
    theta /= stretch;
  }
  return table;
}

LlamaCppOptions position_interpolation_in_llama_cpp(const RopeSpec& /*rope*/,
                                                    const Arguments& /*arguments*/,
                                                    double stretch) {
  return std::vector<std::string>{"--rope-scaling", "linear", "--rope-scale",
                                  fmt::format("{}", stretch)};
}

}  // namespace yonder::rotary
