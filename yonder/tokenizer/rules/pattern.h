// SPDX-License-Identifier: Apache-2.0
// The "pattern" of a tokenizer.json step: a string or a regular expression.
#pragma once

#include "yonder/base/json.h"
#include "yonder/tokenizer/rules/split_pattern.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace yonder::tokenizer {

class Pattern {
 public:
  /// Matches this string, which is not empty.
  explicit Pattern(std::string string) : string_(std::move(string)) {}
  explicit Pattern(SplitPattern expression) : expression_(std::move(expression)) {}
  /// Appends the matches from left to right; none is empty, none overlap.
  void find_all(std::string_view text, std::vector<ByteSpan>& matches) const;

 private:
  std::string string_;
  std::optional<SplitPattern> expression_;
};

/// From the member "pattern" of a step: {"String": "..."} or {"Regex": "..."}. Throws
/// Error(bad_data) naming the JSON path.
Pattern make_pattern(const Json& step);

}  // namespace yonder::tokenizer
