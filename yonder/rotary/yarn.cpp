// SPDX-License-Identifier: Apache-2.0
// YaRN: channels that turn often within N stay, those that do not complete a turn are interpolated,
// a ramp between; and all logits are multiplied by lambda = (1 + 0.1 ln s)^2, which makes up for
// the flatter softmax over more keys. The best of the theta tables once its ramp fits the model.
//
//   theta_c (gamma_c + (1 - gamma_c) / s)
//   ramp=index (released checkpoints, Hugging Face, llama.cpp):
//     gamma_c = 1 - clip((c - lo) / (hi - lo), 0, 1), lo = max(floor f(beta_fast), 0),
//     hi = min(ceil f(beta_slow), d - 1), f(n) = d ln(N / (2 pi n)) / (2 ln base)
//   ramp=turns (the paper's equation, kexue.fm 9948):
//     gamma_c = clip((r_c - 1) / (tau - 1), 0, 1), r_c = theta_c N / 2 pi
//   ramp=auto: turns with tau = min(32, max(2, r_0 / 5)), for models trained on short texts
//
// The ramps differ by up to 44 % in theta. Programs that multiply cos and sin use the square root
// of lambda (`attention_factor`). With N < 32 * 2 pi = 202 and tau = 32 even the fastest channel is
// interpolated, which is said in a notice. Source: Peng et al. 2023, arXiv 2309.00071.
#include "yonder/base/error.h"
#include "yonder/rotary/kinds.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <numbers>

namespace yonder::rotary {
namespace {

/// Where lie the channels that make `turns` turns over `length` tokens.
double channel_of_turns(const RopeSpec& rope, double length, double turns) {
  return static_cast<double>(rope.dims) * std::log(length / (2 * std::numbers::pi * turns)) /
         (2 * std::log(rope.base));
}

std::vector<double> index_ramp(const RopeSpec& rope, const Arguments& arguments, double length) {
  const double fast = arguments.real("beta_fast");
  const double slow = arguments.real("beta_slow");
  require(slow < fast, ErrorKind::bad_option,
          "yarn: beta_fast is {} and beta_slow {}; beta_fast must be larger", fast, slow);
  double low = channel_of_turns(rope, length, fast);
  double high = channel_of_turns(rope, length, slow);
  if (arguments.flag("truncate")) {
    low = std::floor(low);
    high = std::ceil(high);
  }
  low = std::max(low, 0.0);
  high = std::min(high, static_cast<double>(rope.dims - 1));
  if (low >= high) {  // a ramp beyond the last channel too: all of them turn often enough
    high = low + 0.001;
  }
  std::vector<double> kept;
  for (int64_t c = 0; c < rope.dims / 2; ++c) {
    kept.push_back(1 - std::clamp((static_cast<double>(c) - low) / (high - low), 0.0, 1.0));
  }
  return kept;
}

std::vector<double> turns_ramp(const std::vector<double>& theta, double length, double tau) {
  std::vector<double> kept;
  for (const double t : theta) {
    const double turns = t * length / (2 * std::numbers::pi);
    kept.push_back(std::clamp((turns - 1) / (tau - 1), 0.0, 1.0));
  }
  return kept;
}

/// Throws where an argument of one ramp is given with another.
void check_ramp_arguments(const Arguments& arguments) {
  const auto belongs = [&](const char* name, const char* ramp) {
    require(!arguments.was_given(name) || arguments.text("ramp") == ramp, ErrorKind::bad_option,
            "yarn: {} belongs to ramp={}, and the ramp is {}; add ramp={} or leave {} out", name,
            ramp, arguments.text("ramp"), ramp, name);
  };
  belongs("tau", "turns");
  belongs("beta_fast", "index");
  belongs("beta_slow", "index");
  belongs("truncate", "index");
}

}  // namespace

ThetaTable make_yarn(const RopeSpec& rope, const Arguments& arguments, double stretch) {
  check_ramp_arguments(arguments);
  const double length = original_length(rope, arguments);
  const double train_length = static_cast<double>(rope.train_length);
  ThetaTable table{.theta = rope_theta(rope.dims, rope.base),
                   .reach = stretch * length / train_length};

  const std::string& ramp = arguments.text("ramp");
  const double fitted = std::clamp(length / (2 * std::numbers::pi) / 5, 2.0, 32.0);
  const double tau = ramp == "auto" ? fitted : arguments.real("tau");
  const auto kept =
      ramp == "index" ? index_ramp(rope, arguments, length) : turns_ramp(table.theta, length, tau);
  for (size_t c = 0; c < table.theta.size(); ++c) {
    table.theta[c] = interpolated(table.theta[c], kept[c], stretch);
  }

  // Below s = 1 nothing is stretched, and nothing to make up for (as in Hugging Face's code).
  const double root = arguments.is_word("attention_factor")
                          ? 1 + 0.1 * std::log(std::max(stretch, 1.0))
                          : arguments.real("attention_factor");
  table.logit_factor = root * root;
  if (kept[0] < 1) {
    table.notices.push_back(
        fmt::format("yarn slows even the fastest channel, which makes {:.1f} turns in {} tokens; "
                    "ramp=auto fits the ramp to short training lengths",
                    length / (2 * std::numbers::pi), length));
  }
  return table;
}

LlamaCppOptions yarn_in_llama_cpp(const RopeSpec& rope, const Arguments& arguments,
                                  double stretch) {
  if (arguments.text("ramp") != "index" || !arguments.flag("truncate") ||
      !arguments.is_word("attention_factor")) {
    return std::nullopt;
  }
  const auto text = [](double number) { return fmt::format("{}", number); };
  std::vector<std::string> options = {"--rope-scaling",  "yarn",
                                      "--rope-scale",    text(stretch),
                                      "--yarn-orig-ctx", text(original_length(rope, arguments))};
  for (const auto& [name, option] :
       {std::pair{"beta_fast", "--yarn-beta-fast"}, {"beta_slow", "--yarn-beta-slow"}}) {
    if (arguments.was_given(name)) {
      options.insert(options.end(), {option, arguments.text(name)});
    }
  }
  return options;
}

}  // namespace yonder::rotary
