// SPDX-License-Identifier: Apache-2.0
#include "yonder/nn/optimizer_options.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <utility>
#include <vector>

namespace yonder::nn {
namespace {

/// Fraction of the fall from the peak to the final rate, 0 to 1.
using Fall = double (*)(const OptimizerOptions& options, double progress);

constexpr std::array<std::pair<const char*, Fall>, 4> kSchedules = {{
    {"constant", [](const OptimizerOptions&, double) { return 0.0; }},
    {"cosine",
     [](const OptimizerOptions&, double p) { return 0.5 - 0.5 * std::cos(std::numbers::pi * p); }},
    {"linear", [](const OptimizerOptions&, double p) { return p; }},
    {"wsd",
     [](const OptimizerOptions& options, double p) {
       return std::max(0.0, (p - 1 + options.decay_part) / options.decay_part);
     }},
}};

/// A mean that decays by 1 would never leave its start.
constexpr double kBelowOne = 0.999999999;

std::vector<std::string> schedule_names() {
  std::vector<std::string> names;
  for (const auto& [name, fall] : kSchedules) {
    names.emplace_back(name);
  }
  return names;
}

}  // namespace

void OptimizerOptions::visit(OptionVisitor& v) {
  v.real("learning-rate", learning_rate, 0, 10, "peak learning rate, after warm-up");
  v.integer("warmup", warmup, 0, 1'000'000'000, "steps in which the learning rate grows from 0");
  v.choice("schedule", schedule, schedule_names(),
           "how the learning rate falls: constant, cosine, linear, or wsd (late and linear)");
  v.real("final-rate", final_rate, 0, 1, "last learning rate, as a fraction of the peak");
  v.real("decay-part", decay_part, 1e-6, 1,
         "of wsd: the last part of the run, where the rate falls");
  v.real("beta1", beta1, 0, kBelowOne, "of AdamW: decay of the mean of gradients");
  v.real("beta2", beta2, 0, kBelowOne, "of AdamW: decay of the mean of their squares");
  v.real("epsilon", epsilon, 1e-30, 1, "of AdamW: added to the root of that mean");
  v.real("weight-decay", weight_decay, 0, 10,
         "decoupled decay of matrices, per unit learning rate");
  v.real("clip", clip, 0, 1e9, "largest global norm of the gradient; 0: no limit");
}

double learning_rate_at(const OptimizerOptions& options, int64_t step, double progress) {
  if (step < options.warmup) {
    return options.learning_rate * static_cast<double>(step + 1) /
           static_cast<double>(options.warmup);
  }
  const auto schedule = std::find_if(kSchedules.begin(), kSchedules.end(),
                                     [&](const auto& s) { return s.first == options.schedule; });
  const double fall = schedule->second(options, std::clamp(progress, 0.0, 1.0));
  return options.learning_rate * (1 - fall * (1 - options.final_rate));
}

}  // namespace yonder::nn
