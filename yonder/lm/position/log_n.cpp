// SPDX-License-Identifier: Apache-2.0
// log n: logits times ln n / ln N, n the number of keys in sight, so that attention over more keys
// stays as sharp as over N. `clip` for models trained without it: never below 1. `train` for models
// trained with it: all n. Source: kexue.fm 8823, 9588, 9948. Arithmetic: rotary/temperature.h.
#include "yonder/lm/position/terms.h"

namespace yonder::lm {
namespace {

void apply_log_n(SchemeBuilder& builder, const rotary::Arguments& arguments) {
  const Visibility& visible = builder.scheme.visible;
  builder.scheme.scale = {
      .log_n = arguments.text("mode") == "clip" ? LogN::clip : LogN::train,
      .train_length = builder.rope().train_length,
      .window = visible.window == kUnlimited ? kUnlimited : visible.window + visible.sinks};
}

}  // namespace

SchemeTerm log_n_term() {
  return {.name = "logn",
          .group = TermGroup::log_n,
          .help = "logits times ln n / ln N, n keys in sight",
          .source = "kexue.fm 8823, 9948",
          .example = "clip",
          .neutral = "",
          .arguments = {{.name = "mode",
                         .kind = rotary::ArgumentSpec::Kind::choice,
                         .choices = {"clip", "train"},
                         .help = "at least 1 (post hoc), or for all n (models trained with it)"}},
          .apply = apply_log_n};
}

}  // namespace yonder::lm
