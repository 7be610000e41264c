// SPDX-License-Identifier: Apache-2.0
// The Lambda mask: a window of w keys and the first `sinks` keys of the text, on which large models
// rest their attention. Bounded memory and no blow-up, but nothing between is remembered. Where the
// sinks stand is a choice:
//   clamp  no distance exceeds `limit`, which is w unless given (LM-Infinite; without the mask this
//          is exactly ReRoPE)
//   slot   as slots of the cache: min(i, w + sinks - 1) - j (StreamingLLM)
//   true   where they are, which leaves the trained range
// Source: Han et al. 2023, arXiv 2308.16137; Xiao et al. 2023, arXiv 2309.17453.
#include "yonder/base/error.h"
#include "yonder/lm/position/terms.h"

namespace yonder::lm {
namespace {

void apply_lambda(SchemeBuilder& builder, const rotary::Arguments& arguments) {
  const int64_t w = arguments.integer("w");
  const int64_t sinks = arguments.integer("sinks");
  const std::string& position = arguments.text("sinkpos");
  builder.scheme.visible = {.window = w, .sinks = sinks};
  require(!arguments.was_given("limit") || position == "clamp", ErrorKind::bad_option,
          "lambda: limit is for sinkpos=clamp, and sinkpos is {}; leave limit out", position);
  if (position == "clamp") {
    const int64_t limit = arguments.is_word("limit") ? w : arguments.integer("limit");
    const Branch far{.q = {.a = 0, .t = static_cast<double>(limit)}, .k = {.a = 0}};
    builder.set_branches({}, far, limit);
  } else if (position == "slot") {
    const int64_t last = w > kUnlimited - sinks ? kUnlimited : w + sinks - 1;
    builder.set_branches({}, {.q = {.ceiling = last}, .k = {}}, w);
  }
}

}  // namespace

SchemeTerm lambda_term() {
  using Kind = rotary::ArgumentSpec::Kind;
  return {.name = "lambda",
          .group = TermGroup::mask,
          .help = "a query sees w keys and the first keys of the text",
          .source = "arXiv 2308.16137, 2309.17453",
          .example = "w=512,sinks=4",
          .neutral = "w=1000000000",
          .arguments = {token_argument("w", "keys in sight, itself included"),
                        {.name = "sinks",
                         .kind = Kind::integer,
                         .fallback = "4",
                         .low = 0,
                         .high = kMostTokens,
                         .help = "first keys that stay in sight"},
                        {.name = "sinkpos",
                         .kind = Kind::choice,
                         .fallback = "clamp",
                         .choices = {"clamp", "slot", "true"},
                         .help = "distance to them: at most `limit`, their slot in the cache, or "
                                 "the true one"},
                        {.name = "limit",
                         .kind = Kind::integer,
                         .fallback = "auto",
                         .low = 1,
                         .high = kMostTokens,
                         .choices = {"auto"},
                         .help = "largest distance of sinkpos=clamp; auto: w"}},
          .apply = apply_lambda};
}

}  // namespace yonder::lm
