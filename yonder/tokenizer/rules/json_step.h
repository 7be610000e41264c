// SPDX-License-Identifier: Apache-2.0
// Reading one step of a tokenizer.json ({"type": "Strip", "strip_left": true, ...}) through a table
// of types. What the table does not know is an error that names the place; nothing is skipped.
// Test: normalizers_test.cpp, pre_tokenizers_test.cpp.
#pragma once

#include "yonder/base/json.h"

#include <initializer_list>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace yonder::tokenizer {

/// A type of step: its name in the file, and what makes it from its JSON object.
template <typename Made>
struct StepType {
  const char* name;
  Made (*make)(const Json& json);
};

/// Throws Error(bad_data) that names `json` and its type and lists the known ones.
[[noreturn]] void fail_unknown_type(const Json& json, std::span<const std::string_view> known);
/// Throws Error(bad_data) if the object has a key other than "type" and these.
void check_keys(const Json& json, std::initializer_list<std::string_view> known);
/// The member; `fallback` where it is missing.
bool flag_or(const Json& json, std::string_view key, bool fallback);
/// Makes the step by the row of its type.
template <typename Made, size_t rows>
Made make_by_type(const Json& json, const StepType<Made> (&table)[rows]) {
  const std::string& type = json.at("type").text();
  for (const StepType<Made>& row : table) {
    if (type == row.name) {
      return row.make(json);
    }
  }
  std::string_view names[rows];
  for (size_t i = 0; i < rows; ++i) {
    names[i] = table[i].name;
  }
  fail_unknown_type(json, names);
}

}  // namespace yonder::tokenizer
