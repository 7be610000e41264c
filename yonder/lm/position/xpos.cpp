// SPDX-License-Identifier: Apache-2.0
// XPOS: rotation and decay, channel pair c multiplied by zeta_c^((i-j)/S), zeta_c =
// (2c/d + gamma) / (1 + gamma): slow channels lose less. For models trained with it. Whoever
// computes it takes a block's own origin, since zeta^(-j) overflows for large j. Source: Sun et al.
// 2022, arXiv 2212.10554.
#include "yonder/base/error.h"
#include "yonder/lm/position/terms.h"

namespace yonder::lm {
namespace {

void apply_xpos(SchemeBuilder& builder, const rotary::Arguments& arguments) {
  require(!builder.scheme.far, ErrorKind::bad_option,
          "xpos fades with the true distance and does not go with a term that changes far "
          "distances; leave one of them out");
  const double gamma = arguments.real("gamma");
  builder.scheme.decay.scale = arguments.real("S");
  for (int64_t c = 0; c < builder.rope().dims / 2; ++c) {
    const double share = 2 * static_cast<double>(c) / static_cast<double>(builder.rope().dims);
    builder.scheme.decay.zeta.push_back((share + gamma) / (1 + gamma));
  }
}

}  // namespace

SchemeTerm xpos_term() {
  return {.name = "xpos",
          .group = TermGroup::bias,
          .help = "channels fade with the distance, fast ones sooner",
          .source = "arXiv 2212.10554",
          .example = "",
          .neutral = "",
          .arguments = {{.name = "gamma",
                         .fallback = "0.4",
                         .low = 1e-6,
                         .high = 1e6,
                         .help = "how little the fastest channel fades"},
                        {.name = "S",
                         .fallback = "512",
                         .low = 1e-3,
                         .high = 1e12,
                         .help = "tokens over which a channel fades by zeta"}},
          .apply = apply_xpos};
}

}  // namespace yonder::lm
