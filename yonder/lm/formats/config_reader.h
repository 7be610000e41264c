// SPDX-License-Identifier: Apache-2.0
// Reading members of a config.json that may be absent or null, with ranges. Test:
// huggingface_config_test.cpp.
#pragma once

#include "yonder/base/json.h"

#include <cstdint>
#include <string_view>
#include <vector>

namespace yonder::lm {

/// The member, or null where it is absent or null.
const Json* find_set(const Json& object, std::string_view key);

/// A whole number within low..high; `fallback` where it is not set (fallback < low: the key is
/// required). Throws Error(bad_data) with the key, what was found and the range.
int64_t read_count(const Json& object, std::string_view key, int64_t low, int64_t high,
                   int64_t fallback = -1);
double read_real(const Json& object, std::string_view key, double fallback);
bool read_flag(const Json& object, std::string_view key, bool fallback);
/// Token ids: one, a list, or none where the key is not set.
std::vector<uint32_t> read_token_ids(const Json& config, std::string_view key);

}  // namespace yonder::lm
