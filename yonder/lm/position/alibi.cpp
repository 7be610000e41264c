// SPDX-License-Identifier: Apache-2.0
// ALiBi: a penalty linear in the distance, steeper for the first heads; for models trained with it.
// beta_h(m) = -sigma_h m, sigma_h = 2^(-8h/H), h = 1..H; where H is no power of two, the slopes of
// the next lower power p, then every second one of 2p. Source: Press et al. 2021, arXiv 2108.12409.
#include "yonder/lm/position/terms.h"

#include <bit>
#include <cmath>

namespace yonder::lm {
namespace {

double slope(int64_t head, int64_t heads) {
  const auto power = static_cast<int64_t>(std::bit_floor(static_cast<uint64_t>(heads)));
  const int64_t rank = head < power ? head + 1 : 2 * (head - power) + 1;
  const int64_t of = head < power ? power : 2 * power;
  return std::exp2(-8.0 * static_cast<double>(rank) / static_cast<double>(of));
}

class Alibi : public HeadBias {
 public:
  double operator()(int64_t head, int64_t heads, int64_t distance) const override {
    return -slope(head, heads) * static_cast<double>(distance);
  }
};

void apply_alibi(SchemeBuilder& builder, const rotary::Arguments& /*arguments*/) {
  builder.scheme.bias = std::make_shared<Alibi>();
}

}  // namespace

SchemeTerm alibi_term() {
  return {.name = "alibi",
          .group = TermGroup::bias,
          .help = "a penalty linear in the distance (with nope: as published)",
          .source = "arXiv 2108.12409",
          .example = "",
          .neutral = "",
          .arguments = {},
          .apply = apply_alibi};
}

}  // namespace yonder::lm
