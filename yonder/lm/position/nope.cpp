// SPDX-License-Identifier: Apache-2.0
// NoPE: no rotation at all; a causal decoder can tell positions from what it sees. For layers that
// were trained so (HWFA's last, SmolLM3's every fourth), not for a model trained with rope.
// Source: Haviv et al. 2022, arXiv 2203.16634; kexue.fm 9603.
#include "yonder/lm/position/terms.h"

namespace yonder::lm {
namespace {

ThetaTable make_nope(const RopeSpec& rope, const rotary::Arguments& /*arguments*/,
                     double /*stretch*/) {
  return {.theta = std::vector<double>(static_cast<size_t>(rope.dims / 2))};
}

void apply_nope(SchemeBuilder& builder, const rotary::Arguments& /*arguments*/) {
  const AxisMap nowhere{.a = 0};
  builder.scheme.near = {nowhere, nowhere};
}

}  // namespace

SchemeTerm nope_term() {
  static const rotary::ThetaKind kind{.name = "nope",
                                      .help = "no rotation",
                                      .source = "arXiv 2203.16634",
                                      .example = "",
                                      .arguments = {},
                                      .takes_stretch = false,
                                      .make = make_nope};
  return {.name = kind.name,
          .group = TermGroup::theta,
          .help = kind.help,
          .source = kind.source,
          .example = "",
          .neutral = "",
          .arguments = {},
          .theta = &kind,
          .apply = apply_nope};
}

}  // namespace yonder::lm
