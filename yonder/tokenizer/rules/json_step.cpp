// SPDX-License-Identifier: Apache-2.0
#include "yonder/tokenizer/rules/json_step.h"

#include "yonder/base/error.h"

#include <fmt/ranges.h>

#include <algorithm>

namespace yonder::tokenizer {

void fail_unknown_type(const Json& json, std::span<const std::string_view> known) {
  const Json& type = json.at("type");
  fail(ErrorKind::bad_data, "{}: \"{}\" is not supported here; supported: {}", type.path(),
       type.text(), fmt::join(known, ", "));
}

void check_keys(const Json& json, std::initializer_list<std::string_view> known) {
  for (const auto& [key, value] : json.object()) {
    require(key == "type" || std::find(known.begin(), known.end(), key) != known.end(),
            ErrorKind::bad_data,
            "{}: this key is unknown in \"{}\", so what it asks for cannot be done", value.path(),
            json.at("type").text());
  }
}

bool flag_or(const Json& json, std::string_view key, bool fallback) {
  const Json* member = json.find(key);
  return member == nullptr ? fallback : member->boolean();
}

}  // namespace yonder::tokenizer
