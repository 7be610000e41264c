// SPDX-License-Identifier: Apache-2.0
// Numbers as people read them: quantities with a prefix, durations, thousands apart.
#pragma once

#include <cstdint>
#include <string>

namespace yonder::cli {

/// A number of units for people: "1.30 GB" for bytes, "1.30 M" for anything else.
std::string human_quantity(double value, const std::string& unit);
/// "13 s", "4 min 10 s", "2 h 05 min".
std::string human_duration(double seconds);
/// The digits of a whole number in groups: "1234567" as "1,234,567".
std::string with_commas(std::string digits);
std::string with_commas(uint64_t value);

}  // namespace yonder::cli
