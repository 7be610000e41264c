// SPDX-License-Identifier: Apache-2.0
#include "yonder/rotary/temperature.h"

#include "yonder/base/error.h"

#include <algorithm>
#include <cmath>

namespace yonder::rotary {

double log_n_factor(int64_t n, int64_t train_length) {
  YONDER_CHECK(n >= 1 && train_length >= 2);
  return std::log(static_cast<double>(n)) / std::log(static_cast<double>(train_length));
}

double clipped_log_n_factor(int64_t n, int64_t train_length) {
  return std::max(1.0, log_n_factor(n, train_length));
}

}  // namespace yonder::rotary
