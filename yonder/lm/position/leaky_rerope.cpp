// SPDX-License-Identifier: Apache-2.0
// Leaky ReRoPE: distances beyond w grow k times slower, so far tokens keep their order as long as
// w + (T - 1 - w) / k stays within N. k = 1 is rope, k = infinity is ReRoPE. With k < 1 far
// distances grow faster: inverse Leaky, for training a model that then reads long texts with plain
// rope (w = N/4, k = 1/(2s)).
// The decoding rule max(j - i, ...) of the post holds for k >= 1 only; ours is the piecewise form.
// Source: kexue.fm 9708, 9728.
#include "yonder/lm/position/terms.h"

#include <fmt/core.h>

#include <cmath>

namespace yonder::lm {
namespace {

void apply_leaky(SchemeBuilder& builder, const rotary::Arguments& arguments) {
  const int64_t w = arguments.integer("w");
  const double k = arguments.real("k");
  const auto edge = static_cast<double>(w);
  const Branch far{.q = {.a = 1 / k, .t = edge - edge / k}, .k = {.a = 1 / k}};
  builder.set_branches({}, far, w);

  const double last = builder.trained_distances() - 1;
  const auto target = static_cast<double>(builder.target());
  if (edge < last && edge + (target - 1 - edge) / k > last) {
    builder.notice(fmt::format(
        "leaky: with w={} and k={} distances stay among the trained ones up to {:.0f} tokens; for "
        "{} tokens take k={:.0f} or more",
        w, k, std::floor(edge + 1 + (last - edge) * k), builder.target(),
        std::ceil((target - 1 - edge) / (last - edge))));
  }
}

}  // namespace

SchemeTerm leaky_term() {
  return {.name = "leaky",
          .group = TermGroup::split,
          .help = "distances beyond w grow k times slower (k < 1: faster, for training)",
          .source = "kexue.fm 9708, 9728",
          .example = "w=512,k=16",
          .neutral = "w=512,k=1",
          .arguments = {token_argument("w", "first distance that grows at another rate"),
                        {.name = "k",
                         .low = 1e-9,
                         .high = 1e18,
                         .help = "how many tokens are one step beyond w; 2s works"}},
          .apply = apply_leaky};
}

}  // namespace yonder::lm
