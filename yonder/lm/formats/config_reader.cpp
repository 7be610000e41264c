// SPDX-License-Identifier: Apache-2.0
#include "yonder/lm/formats/config_reader.h"

#include "yonder/base/error.h"

#include <limits>
#include <variant>

namespace yonder::lm {

const Json* find_set(const Json& object, std::string_view key) {
  const Json* member = object.find(key);
  return member == nullptr || std::holds_alternative<std::nullptr_t>(member->value()) ? nullptr
                                                                                      : member;
}

int64_t read_count(const Json& object, std::string_view key, int64_t low, int64_t high,
                   int64_t fallback) {
  const Json* member = find_set(object, key);
  if (member == nullptr && fallback >= low) {
    return fallback;
  }
  require(member != nullptr, ErrorKind::bad_data, "{}: the key \"{}\" is missing", object.path(),
          key);
  const int64_t value = member->integer();
  require(value >= low && value <= high, ErrorKind::bad_data,
          "{} is {}; it must lie between {} and {}", member->path(), value, low, high);
  return value;
}

double read_real(const Json& object, std::string_view key, double fallback) {
  const Json* member = find_set(object, key);
  return member == nullptr ? fallback : member->real();
}

bool read_flag(const Json& object, std::string_view key, bool fallback) {
  const Json* member = find_set(object, key);
  return member == nullptr ? fallback : member->boolean();
}

std::vector<uint32_t> read_token_ids(const Json& config, std::string_view key) {
  const Json* ids = find_set(config, key);
  if (ids == nullptr) {
    return {};
  }
  std::vector<uint32_t> result;
  const auto add = [&](const Json& id) {
    const int64_t value = id.integer();
    require(value >= 0 && value <= std::numeric_limits<uint32_t>::max(), ErrorKind::bad_data,
            "{} is {}; a token id was expected", id.path(), value);
    result.push_back(static_cast<uint32_t>(value));
  };
  if (std::holds_alternative<Json::Array>(ids->value())) {
    for (const Json& id : ids->array()) {
      add(id);
    }
  } else {
    add(*ids);
  }
  return result;
}

}  // namespace yonder::lm
