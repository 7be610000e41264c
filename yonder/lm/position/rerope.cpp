// SPDX-License-Identifier: Apache-2.0
// ReRoPE: distances beyond w are all w. Every distance the model meets was trained, at no loss of
// precision within w, so nothing is paid inside N and any length can be read; what is given up is
// the order of far tokens. The far branch is q_i^T R_{-w} k_j: the post's last formula writes R^w,
// against its own code (docs/math/lm.md).
// Source: kexue.fm 9708.
#include "yonder/lm/position/terms.h"

namespace yonder::lm {
namespace {

void apply_rerope(SchemeBuilder& builder, const rotary::Arguments& arguments) {
  const int64_t w = arguments.integer("w");
  const Branch far{.q = {.a = 0, .t = static_cast<double>(w)}, .k = {.a = 0}};
  builder.set_branches({}, far, w);
}

}  // namespace

SchemeTerm rerope_term() {
  return {.name = "rerope",
          .group = TermGroup::split,
          .help = "distances beyond w are all w",
          .source = "kexue.fm 9708",
          .example = "w=512",
          .neutral = "w=1000000000",
          .arguments = {token_argument("w",
                                       "first distance that is no longer told apart; N/4 .. "
                                       "N/2 works")},
          .apply = apply_rerope};
}

}  // namespace yonder::lm
