// SPDX-License-Identifier: Apache-2.0
// Llama 3.1's table: channels with a wavelength below original/high stay, those above original/low
// are `factor` times slower, between them a mixture linear in the number of turns. A property of
// the checkpoint, not a way of stretching: it takes no s.
// Source: meta-llama's model code, transcribed by Hugging Face as rope_type "llama3".
#include "yonder/base/error.h"
#include "yonder/rotary/kinds.h"

#include <algorithm>
#include <numbers>

namespace yonder::rotary {

ThetaTable make_llama3(const RopeSpec& rope, const Arguments& arguments, double /*stretch*/) {
  const double low = arguments.real("low");
  const double high = arguments.real("high");
  const double factor = arguments.real("factor");
  const double original = original_length(rope, arguments);
  require(low < high, ErrorKind::bad_option, "llama3: low is {} and high {}; low must be smaller",
          low, high);
  ThetaTable table{.theta = rope_theta(rope.dims, rope.base),
                   .reach = factor * original / static_cast<double>(rope.train_length)};
  for (double& theta : table.theta) {
    const double turns = theta * original / (2 * std::numbers::pi);
    theta = interpolated(theta, std::clamp((turns - low) / (high - low), 0.0, 1.0), factor);
  }
  return table;
}

}  // namespace yonder::rotary
