// SPDX-License-Identifier: Apache-2.0
// Sandwich: the part of sinusoidal embeddings' products that depends on the distance alone, as a
// bias: beta_h(m) = (sum_{c=1}^{64} cos(m / 10000^(c/64)) - 64) / (8h/H), h = 1..H. The sum begins
// at c = 1, as in the paper and a published implementation; from 0 it gives other values
// (docs/math/lm.md). Source: Chi et al. 2022, arXiv 2212.10356.
#include "yonder/lm/position/terms.h"

#include <cmath>

namespace yonder::lm {
namespace {

constexpr int kHalf = 64;  // of the virtual embedding's width

class Sandwich : public HeadBias {
 public:
  double operator()(int64_t head, int64_t heads, int64_t distance) const override {
    double sum = 0;
    for (int c = 1; c <= kHalf; ++c) {
      sum += std::cos(static_cast<double>(distance) / std::pow(1e4, c / double{kHalf}));
    }
    return (sum - kHalf) * static_cast<double>(heads) / (8 * static_cast<double>(head + 1));
  }
};

void apply_sandwich(SchemeBuilder& builder, const rotary::Arguments& /*arguments*/) {
  builder.scheme.bias = std::make_shared<Sandwich>();
}

}  // namespace

SchemeTerm sandwich_term() {
  return {.name = "sandwich",
          .group = TermGroup::bias,
          .help = "a sum of cosines of the distance (with nope: as published)",
          .source = "arXiv 2212.10356",
          .example = "",
          .neutral = "",
          .arguments = {},
          .apply = apply_sandwich};
}

}  // namespace yonder::lm
