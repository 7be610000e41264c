// SPDX-License-Identifier: Apache-2.0
#include "yonder/tokenizer/formats/serde_number.h"

#include <array>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <limits>
#include <string>

namespace yonder::tokenizer {
namespace {

constexpr int kLargestPower = 308;

// 10^n, each the nearest double (strtod rounds correctly).
const std::array<double, kLargestPower + 1>& powers_of_ten() {
  static const std::array<double, kLargestPower + 1> powers = [] {
    std::array<double, kLargestPower + 1> values{};
    for (int n = 0; n <= kLargestPower; ++n) {
      values[static_cast<size_t>(n)] = std::strtod(("1e" + std::to_string(n)).c_str(), nullptr);
    }
    return values;
  }();
  return powers;
}

double scaled(uint64_t significand, int64_t exponent) {
  auto value = static_cast<double>(significand);
  for (; exponent < -kLargestPower && value != 0; exponent += kLargestPower) {
    value /= 1e308;
  }
  if (value == 0) {
    return 0;
  }
  if (exponent > kLargestPower) {
    return std::numeric_limits<double>::infinity();
  }
  const double power = powers_of_ten()[static_cast<size_t>(std::abs(exponent))];
  return exponent >= 0 ? value * power : value / power;
}

}  // namespace

double serde_number(std::string_view text) {
  const bool negative = text.starts_with('-');
  size_t at = negative ? 1 : 0;
  uint64_t significand = 0;
  int64_t exponent = 0;
  bool full = false;  // no further digit fits
  bool fraction = false;
  for (; at < text.size(); ++at) {
    const char c = text[at];
    if (c == '.') {
      fraction = true;
      continue;
    }
    if (c < '0' || c > '9') {
      break;
    }
    const auto digit = static_cast<uint64_t>(c - '0');
    full = full || significand > (std::numeric_limits<uint64_t>::max() - digit) / 10;
    if (!full) {
      significand = significand * 10 + digit;
      exponent -= fraction ? 1 : 0;
    } else {
      exponent += fraction ? 0 : 1;
    }
  }
  if (at < text.size()) {  // e or E
    exponent += std::strtoll(std::string(text.substr(at + 1)).c_str(), nullptr, 10);
  }
  const double value = scaled(significand, exponent);
  return negative ? -value : value;
}

}  // namespace yonder::tokenizer
