// SPDX-License-Identifier: Apache-2.0
#include "yonder/rotary/table.h"

#include "yonder/base/error.h"
#include "yonder/base/options.h"
#include "yonder/rotary/kinds.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace yonder::rotary {
namespace {

using Kind = ArgumentSpec::Kind;

constexpr double kMostStretch = 1e9;
constexpr double kMostTokens = 9007199254740992;  // 2^53: whole numbers are exact

ArgumentSpec attention_factor_argument(const char* automatic) {
  return {.name = "attention_factor",
          .fallback = "auto",
          .low = 1e-3,
          .high = 1e3,
          .choices = {"auto"},
          .help = std::string("factor on cos and sin, the root of that on the logits; auto: ") +
                  automatic};
}

std::vector<ThetaKind> make_kinds() {
  const ArgumentSpec original = original_argument();
  return {
      {.name = "rope",
       .help = "the trained rotation, unchanged",
       .source = "arXiv 2104.09864",
       .example = "",
       .arguments = {},
       .takes_stretch = false,
       .make = make_rope,
       .llama_cpp = rope_in_llama_cpp},
      {.name = "pi",
       .help = "position interpolation: every channel s times slower",
       .source = "arXiv 2306.15595",
       .example = "",
       .arguments = {},
       .make = make_position_interpolation,
       .llama_cpp = position_interpolation_in_llama_cpp},
      {.name = "ntk",
       .help = "base times s^(d/(d-2)): the fastest channel stays, the slowest is s times slower",
       .source = "kexue.fm 9706",
       .example = "",
       .arguments = {},
       .make = make_ntk,
       .llama_cpp = ntk_in_llama_cpp},
      {.name = "ntk-old",
       .help = "base times s",
       .source = "kexue.fm 9675",
       .example = "",
       .arguments = {},
       .make = make_ntk_old,
       .llama_cpp = ntk_old_in_llama_cpp},
      {.name = "ntk-fixed",
       .help = "channel c slower by s^(2(c+1)/d)",
       .source = "kexue.fm 9706",
       .example = "",
       .arguments = {},
       .make = make_ntk_fixed},
      {.name = "ntk-mixed",
       .help = "channel c slower by exp(a (c+1)^b), the slowest by s",
       .source = "kexue.fm 9706",
       .example = "b=0.75",
       .arguments =
           {{.name = "b", .fallback = "0.625", .low = 0, .high = 8, .help = "1: ntk-fixed, 0: pi"}},
       .make = make_ntk_mixed},
      {.name = "ntk-hf-dynamic",
       .help = "base times (f s - (f-1))^(d/(d-2)), as rope_type \"dynamic\" of Hugging Face",
       .source = "transformers, modeling_rope_utils.py",
       .example = "factor=4",
       .arguments = {{.name = "factor",
                      .fallback = "1",
                      .low = 1,
                      .high = kMostStretch,
                      .help = "f of the checkpoint's config; 1: ntk"}},
       .make = make_ntk_hf_dynamic},
      {.name = "yarn",
       .help = "slow channels interpolated, fast ones kept, logits times (1 + 0.1 ln s)^2",
       .source = "arXiv 2309.00071",
       .example = "ramp=turns",
       .arguments = {{.name = "ramp",
                      .kind = Kind::choice,
                      .fallback = "index",
                      .choices = {"index", "turns", "auto"},
                      .help = "linear in the channel's index (released checkpoints), in its turns "
                              "(the paper), or in turns with tau fitted to N"},
                     {.name = "tau",
                      .fallback = "32",
                      .low = 1.0001,
                      .high = 1e6,
                      .help = "ramp=turns: channels with more turns in N than this are kept"},
                     {.name = "beta_fast",
                      .fallback = "32",
                      .low = 1e-6,
                      .high = 1e6,
                      .help = "ramp=index: turns of the last channel that is kept"},
                     {.name = "beta_slow",
                      .fallback = "1",
                      .low = 1e-6,
                      .high = 1e6,
                      .help = "ramp=index: turns of the first channel slowed by all of s"},
                     {.name = "truncate",
                      .kind = Kind::flag,
                      .fallback = "true",
                      .help = "ramp=index: both ends of the ramp at whole channels"},
                     attention_factor_argument("1 + 0.1 ln s"),
                     original},
       .make = make_yarn,
       .llama_cpp = yarn_in_llama_cpp},
      {.name = "llama3",
       .help = "the table of Llama 3.1 checkpoints",
       .source = "transformers, modeling_rope_utils.py",
       .example = "factor=4",
       .arguments = {{.name = "factor",
                      .fallback = "8",
                      .low = 1,
                      .high = kMostStretch,
                      .help = "slow channels turn so much slower"},
                     {.name = "low",
                      .fallback = "1",
                      .low = 1e-6,
                      .high = 1e6,
                      .help =
                          "channels with fewer turns in `original` are slowed by all of factor"},
                     {.name = "high",
                      .fallback = "4",
                      .low = 1e-6,
                      .high = 1e6,
                      .help = "channels with more turns in `original` stay"},
                     original},
       .takes_stretch = false,
       .make = make_llama3},
      {.name = "longrope",
       .help = "a factor per channel, searched for; one list for short texts, one for long ones",
       .source = "arXiv 2402.13753",
       .example = "short=1,long=2",
       .arguments = {{.name = "short",
                      .kind = Kind::numbers,
                      .low = 1e-6,
                      .high = kMostStretch,
                      .help = "factors within `original`: d/2 of them, or one for all channels"},
                     {.name = "long",
                      .kind = Kind::numbers,
                      .low = 1e-6,
                      .high = kMostStretch,
                      .help = "factors beyond it"},
                     {.name = "factor",
                      .fallback = "auto",
                      .low = 1,
                      .high = kMostStretch,
                      .choices = {"auto"},
                      .help =
                          "how many times `original` the checkpoint reads; auto: s N / original"},
                     attention_factor_argument("sqrt(1 + ln factor / ln original)"),
                     original},
       .make = make_longrope},
  };
}

void check_rope(const RopeSpec& rope) {
  require(rope.dims >= 2 && rope.dims % 2 == 0, ErrorKind::bad_option,
          "a rotation of {} channels was asked for; channels turn in pairs, so it takes an even "
          "number of at least 2",
          rope.dims);
  require(std::isfinite(rope.base) && rope.base > 1, ErrorKind::bad_option,
          "the rotation's base is {}; it must be a number above 1", rope.base);
  require(rope.train_length >= 2, ErrorKind::bad_option,
          "the training length is {} tokens; it must be at least 2", rope.train_length);
}

}  // namespace

const std::vector<ThetaKind>& theta_kinds() {
  static const std::vector<ThetaKind> kinds = make_kinds();
  return kinds;
}

const ThetaKind& theta_kind(std::string_view name) {
  std::vector<std::string> names;
  for (const ThetaKind& kind : theta_kinds()) {
    names.push_back(kind.name);
  }
  check_choice("theta kind", std::string(name), names);
  return *std::find_if(theta_kinds().begin(), theta_kinds().end(),
                       [&](const ThetaKind& kind) { return kind.name == name; });
}

const ArgumentSpec& stretch_argument() {
  static const ArgumentSpec spec{.name = "s",
                                 .fallback = "auto",
                                 .low = 1,
                                 .high = kMostStretch,
                                 .choices = {"auto"},
                                 .help = "how many training lengths to read; auto: target / N",
                                 .unsafe_low = 1e-3};
  return spec;
}

ThetaTable make_theta(const ThetaKind& kind, const RopeSpec& rope, const Arguments& arguments,
                      double stretch) {
  check_rope(rope);
  ThetaTable table = kind.make(rope, arguments, stretch);
  for (size_t c = 0; c < table.theta.size(); ++c) {
    require(std::isfinite(table.theta[c]) && table.theta[c] >= 0, ErrorKind::bad_option,
            "{} with s={}: channel pair {} would turn by {} per token; use other arguments",
            kind.name, stretch, c, table.theta[c]);
  }
  require(std::isfinite(table.logit_factor), ErrorKind::bad_option,
          "{} with s={}: the logits' factor would be {}; use other arguments", kind.name, stretch,
          table.logit_factor);
  return table;
}

ThetaTable make_theta(std::string_view name, const RopeSpec& rope, double stretch) {
  const ThetaKind& kind = theta_kind(name);
  return make_theta(kind, rope, Arguments(kind.name, kind.arguments, {}), stretch);
}

double turns(double theta, int64_t train_length) {
  return theta * static_cast<double>(train_length) / (2 * std::numbers::pi);
}

ArgumentSpec original_argument() {
  return {.name = "original",
          .kind = Kind::integer,
          .fallback = "auto",
          .low = 2,
          .high = kMostTokens,
          .choices = {"auto"},
          .help = "tokens of the first training, before any stretching; auto: the training length"};
}

double original_length(const RopeSpec& rope, const Arguments& arguments) {
  return arguments.is_word("original") ? static_cast<double>(rope.train_length)
                                       : arguments.real("original");
}

double interpolated(double theta, double kept, double factor) {
  return theta * (1 - (1 - kept) * (1 - 1 / factor));
}

}  // namespace yonder::rotary
