// SPDX-License-Identifier: Apache-2.0
// Dynamic scaling: the frequency table and its factor follow the length read so far, s(i) =
// max(N, i+1)/N, so that texts within N cost nothing. A query uses one table for itself and for all
// keys it reads, which needs keys cached un-rotated. `step=B`: s at the last row of each block of B
// queries, blocks lying at absolute multiples, so that chunks change nothing; `step=1` is exact per
// token. `turn`: one s per turn of a conversation, of the length it will reach.
// Source: kexue.fm 9948. Hugging Face's "dynamic" is another rule (rotary/ntk.cpp).
#include "yonder/base/error.h"
#include "yonder/lm/position/terms.h"

namespace yonder::lm {
namespace {

void apply_dynamic(SchemeBuilder& builder, const rotary::Arguments& arguments) {
  const bool turn = arguments.flag("turn");
  require(!turn || !arguments.was_given("step"), ErrorKind::bad_option,
          "dyn: turn keeps s for a whole turn and step changes it within; give one of them");
  builder.scheme.dynamic = {.mode = turn ? Dynamic::Mode::turn : Dynamic::Mode::step,
                            .block = arguments.integer("step")};
  if (!turn && arguments.integer("step") == 1) {
    builder.notice(
        "dyn:step=1 makes a table for every token and costs several times as much as "
        "dyn:step=64, which shares one among 64 queries");
  }
}

}  // namespace

SchemeTerm dynamic_term() {
  using Kind = rotary::ArgumentSpec::Kind;
  return {.name = "dyn",
          .group = TermGroup::dynamic,
          .help = "s follows the length read so far; goes with a table that takes s",
          .source = "kexue.fm 9948",
          .example = "step=16",
          .neutral = "",
          .arguments = {{.name = "step",
                         .kind = Kind::integer,
                         .fallback = "64",
                         .low = 1,
                         .high = 1 << 30,
                         .help = "queries that share one s; 1: exact"},
                        {.name = "turn",
                         .kind = Kind::flag,
                         .fallback = "false",
                         .help = "s changes between turns of a conversation only"}},
          .apply = apply_dynamic};
}

}  // namespace yonder::lm
