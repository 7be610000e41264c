// SPDX-License-Identifier: Apache-2.0
// The texts of FitOptions that stand for a number or for "let the data say".
// Test: choose_order_test.cpp.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace yonder::density::internal {

constexpr int64_t kMostOrder = 65536;

/// Orders low..high to choose from; low == high where one is given.
struct OrderRange {
  int64_t low = 0;
  int64_t high = 0;
  bool chosen_by_data = false;
};

/// Reads "8", "auto" (1 to 64) or "auto:1-64". Throws Error(bad_option).
OrderRange parse_order(std::string_view text);

/// Reads "data" (empty result) or a finite number. Throws Error(bad_option) naming --`option`.
std::optional<double> parse_number_or_data(const char* option, std::string_view text);

}  // namespace yonder::density::internal
