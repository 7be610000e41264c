// SPDX-License-Identifier: Apache-2.0
// Self-Extend: beyond w positions are told apart in groups of G only. Query and key are divided
// separately, floor(i/G) - floor(j/G) + w - floor(w/G), so distances depend on absolute positions,
// differ by one from floor((i - j)/G), and may repeat or skip one at the edge. `mode=frac` shifts
// by w - w/G, as the authors' newer code does. llama.cpp's option of this name is another
// algorithm, which renumbers cached keys block by block (docs/math/lm.md); it is not offered.
// Source: Jin et al. 2024, arXiv 2401.01325; kexue.fm 9948 rounds where the paper floors.
#include "yonder/lm/position/terms.h"

#include <fmt/core.h>

#include <cmath>

namespace yonder::lm {
namespace {

void apply_self_extend(SchemeBuilder& builder, const rotary::Arguments& arguments) {
  const int64_t w = arguments.integer("w");
  const int64_t group = arguments.integer("G");
  const double edge = static_cast<double>(w) / static_cast<double>(group);
  const double shift =
      static_cast<double>(w) - (arguments.text("mode") == "frac" ? edge : std::floor(edge));
  builder.set_branches({}, {.q = {.t = shift, .group = group}, .k = {.group = group}}, w);

  // The authors' rule: two thirds of the trained distances are safe to fill.
  const double reached = static_cast<double>(w) +
                         static_cast<double>(builder.target() - w) / static_cast<double>(group);
  const double safe = builder.trained_distances() * 2 / 3;
  if (builder.target() > w && reached > safe) {
    builder.notice(fmt::format(
        "selfext: {} tokens with w={} and G={} reach distance {:.0f}, above two thirds of the "
        "trained ones ({:.0f}); take a larger G or a smaller w",
        builder.target(), w, group, reached, safe));
  }
}

}  // namespace

SchemeTerm self_extend_term() {
  return {.name = "selfext",
          .group = TermGroup::split,
          .help = "beyond w, positions in groups of G (Self-Extend)",
          .source = "arXiv 2401.01325",
          .example = "w=512,G=8",
          .neutral = "w=512,G=1",
          .arguments = {token_argument("w", "first distance that is grouped"),
                        token_argument("G", "tokens of a group"),
                        {.name = "mode",
                         .kind = rotary::ArgumentSpec::Kind::choice,
                         .fallback = "floor",
                         .choices = {"floor", "frac"},
                         .help = "the shift that joins the branches: of the paper, or of its newer "
                                 "code"}},
          .apply = apply_self_extend};
}

}  // namespace yonder::lm
