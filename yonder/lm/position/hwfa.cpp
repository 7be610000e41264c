// SPDX-License-Identifier: Apache-2.0
// Hybrid window and full attention, for models trained so.
//   hwfa   all layers but the last see w keys, the last sees all, without rotation and with trained
//          log n. The windows' reach (w-1)(L-1)+1 should not exceed 3N/4, else they do the last
//          layer's work in training and fail beyond N.
//   hwfa2  f full layers at floor(t L / (f+1)), t = 1..f, the others see w keys; when longer texts
//          are read the full ones become rerope, with a window of its own: rerope=W.
// The post's rule of thumb w = 2..4 N/L does not fit its own best cases (docs/math/lm.md).
// Source: kexue.fm 9603, 9731.
#include "yonder/base/error.h"
#include "yonder/lm/position/terms.h"

#include <fmt/core.h>

namespace yonder::lm {
namespace {

using Texts = std::vector<std::string>;

std::string window_text(const rotary::Arguments& arguments) {
  return fmt::format("window:w={}", arguments.integer("w"));
}

Texts lay_out_hwfa(const rotary::Arguments& arguments, const RopeSpec& rope, int64_t layers,
                   Texts& notices) {
  require(layers >= 2, ErrorKind::bad_option,
          "hwfa takes at least 2 layers, windows and a full one; the model has {}", layers);
  const auto reach =
      static_cast<double>(arguments.integer("w") - 1) * static_cast<double>(layers - 1) + 1;
  const double most = 0.75 * static_cast<double>(rope.train_length);
  if (reach > most) {
    notices.push_back(fmt::format(
        "hwfa: windows of {} keys in {} layers reach {:.0f} tokens back, more than three quarters "
        "of the training length ({:.0f}); a smaller w leaves the last layer its work",
        arguments.integer("w"), layers - 1, reach, most));
  }
  Texts texts(static_cast<size_t>(layers), window_text(arguments));
  texts.back() = "nope+logn:train";
  return texts;
}

Texts lay_out_hwfa2(const rotary::Arguments& arguments, const RopeSpec& /*rope*/, int64_t layers,
                    Texts& /*notices*/) {
  const int64_t full = arguments.integer("f");
  require(
      full < layers, ErrorKind::bad_option,
      "hwfa2: {} full layers were asked for and the model has {}; at least one must be a window",
      full, layers);
  Texts texts(static_cast<size_t>(layers), window_text(arguments));
  const std::string text =
      arguments.is_word("rerope") ? "" : fmt::format("rerope:w={}", arguments.integer("rerope"));
  for (int64_t t = 1; t <= full; ++t) {
    texts[static_cast<size_t>(t * layers / (full + 1))] = text;
  }
  return texts;
}

}  // namespace

LayoutTerm hwfa_term() {
  return {.name = "hwfa",
          .help = "windows, and a last layer that sees all without rotation, with log n",
          .source = "kexue.fm 9603",
          .example = "w=64",
          .arguments = {token_argument("w", "keys in sight of a window layer")},
          .lay_out = lay_out_hwfa};
}

LayoutTerm hwfa2_term() {
  return {.name = "hwfa2",
          .help = "windows, and f full layers between them, which become rerope for longer texts",
          .source = "kexue.fm 9731",
          .example = "w=64,f=2,rerope=512",
          .arguments = {token_argument("w", "keys in sight of a window layer"),
                        {.name = "f",
                         .kind = rotary::ArgumentSpec::Kind::integer,
                         .fallback = "1",
                         .low = 1,
                         .high = 4096,
                         .help = "full layers"},
                        {.name = "rerope",
                         .kind = rotary::ArgumentSpec::Kind::integer,
                         .fallback = "off",
                         .low = 1,
                         .high = kMostTokens,
                         .choices = {"off"},
                         .help = "w of rerope in the full layers, for longer texts"}},
          .lay_out = lay_out_hwfa2};
}

}  // namespace yonder::lm
