// SPDX-License-Identifier: Apache-2.0
#include "yonder/density/internal/order_choice.h"

#include "yonder/base/error.h"
#include "yonder/base/options.h"

#include <charconv>
#include <string>

namespace yonder::density::internal {
namespace {

std::optional<int64_t> whole_number(std::string_view text) {
  int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value < 0) {
    return std::nullopt;
  }
  return value;
}

}  // namespace

OrderRange parse_order(std::string_view text) {
  constexpr std::string_view kAuto = "auto";
  const bool chosen_by_data = text.substr(0, kAuto.size()) == kAuto;
  std::optional<int64_t> low, high;
  if (!chosen_by_data) {
    low = high = whole_number(text);
  } else if (text == kAuto) {
    low = 1;
    high = 64;
  } else if (text[kAuto.size()] == ':') {
    const std::string_view range = text.substr(kAuto.size() + 1);
    const size_t dash = range.find('-');
    if (dash != std::string_view::npos) {
      low = whole_number(range.substr(0, dash));
      high = whole_number(range.substr(dash + 1));
    }
  }
  require(low && high && *low <= *high && *high <= kMostOrder, ErrorKind::bad_option,
          "--order is \"{}\"; it must be a whole number from 0 to {}, auto, or auto:LOW-HIGH", text,
          kMostOrder);
  return {*low, *high, chosen_by_data};
}

std::optional<double> parse_number_or_data(const char* option, std::string_view text) {
  if (text == "data") {
    return std::nullopt;
  }
  return parse_real_option(option, std::string(text));
}

}  // namespace yonder::density::internal
