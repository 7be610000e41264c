// SPDX-License-Identifier: Apache-2.0
// LongRoPE: a factor per channel found by search, one list for texts within the original length and
// one for longer ones; a property of the checkpoint (Phi-3, MiniCPM). theta_c / factor_c, and cos
// and sin times sqrt(1 + ln f / ln original), f = how much longer the checkpoint reads.
// Source: Ding et al. 2024, arXiv 2402.13753; Hugging Face's rope_type "longrope".
#include "yonder/base/error.h"
#include "yonder/rotary/kinds.h"

#include <cmath>

namespace yonder::rotary {

ThetaTable make_longrope(const RopeSpec& rope, const Arguments& arguments, double stretch) {
  const double original = original_length(rope, arguments);
  const double target = stretch * static_cast<double>(rope.train_length);
  const char* name = target <= original ? "short" : "long";
  const std::vector<double>& factors = arguments.numbers(name);
  ThetaTable table{.theta = rope_theta(rope.dims, rope.base), .reach = stretch};
  require(factors.size() == 1 || factors.size() == table.theta.size(), ErrorKind::bad_option,
          "longrope: {} has {} factors; the rotation has {} channel pairs, so give {} or 1", name,
          factors.size(), table.theta.size(), table.theta.size());
  for (size_t c = 0; c < table.theta.size(); ++c) {
    table.theta[c] /= factors.size() == 1 ? factors[0] : factors[c];
  }
  const double factor = arguments.is_word("factor") ? target / original : arguments.real("factor");
  double root = factor <= 1 ? 1 : std::sqrt(1 + std::log(factor) / std::log(original));
  if (!arguments.is_word("attention_factor")) {
    root = arguments.real("attention_factor");
  }
  table.logit_factor = root * root;
  return table;
}

}  // namespace yonder::rotary
