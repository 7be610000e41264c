// SPDX-License-Identifier: Apache-2.0
#include "cli/quantity.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>

namespace yonder::cli {

std::string human_quantity(double value, const std::string& unit) {
  static constexpr const char* kPrefixes[] = {"", "k", "M", "G", "T"};
  int step = 0;
  while (std::abs(value) >= 999.5 && step < 4) {
    value /= 1000;
    ++step;
  }
  const int digits = step == 0 && value == std::floor(value) ? 0
                     : value < 9.995                         ? 2
                     : value < 99.95                         ? 1
                                                             : 0;
  if (unit == "bytes") {
    return fmt::format("{:.{}f} {}B", value, digits, kPrefixes[step]);
  }
  return fmt::format("{:.{}f}{}{}{}", value, digits, step > 0 ? " " : "", kPrefixes[step],
                     unit.empty() ? "" : " " + unit);
}

std::string human_duration(double seconds) {
  const auto s = static_cast<int64_t>(std::llround(std::min(seconds, 1e9)));
  if (s < 60) {
    return fmt::format("{} s", s);
  }
  if (s < 3600) {
    return fmt::format("{} min {:02} s", s / 60, s % 60);
  }
  return fmt::format("{} h {:02} min", s / 3600, s % 3600 / 60);
}

std::string with_commas(std::string digits) {
  for (size_t i = digits.size(); i > 3; i -= 3) {
    digits.insert(i - 3, 1, ',');
  }
  return digits;
}

std::string with_commas(uint64_t value) { return with_commas(std::to_string(value)); }

}  // namespace yonder::cli
