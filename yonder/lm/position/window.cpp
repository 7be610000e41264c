// SPDX-License-Identifier: Apache-2.0
// A sliding window: a query sees w keys, itself included (m <= w - 1); L layers reach (w-1)L + 1
// tokens back. Bounded memory; large models fail once the first tokens, on which they rest their
// attention, leave the window (lambda.cpp). Source: kexue.fm 9603; Beltagy et al. 2020.
#include "yonder/lm/position/terms.h"

#include <fmt/core.h>

namespace yonder::lm {
namespace {

void apply_window(SchemeBuilder& builder, const rotary::Arguments& arguments) {
  builder.scheme.visible = {.window = arguments.integer("w")};
}

}  // namespace

SchemeTerm window_term() {
  return {.name = "window",
          .group = TermGroup::mask,
          .help = "a query sees w keys, itself included",
          .source = "arXiv 2004.05150",
          .example = "w=512",
          .neutral = "w=1000000000",
          .arguments = {token_argument("w", "keys in sight")},
          .apply = apply_window};
}

}  // namespace yonder::lm
