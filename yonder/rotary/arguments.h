// SPDX-License-Identifier: Apache-2.0
// Arguments of a term such as `yarn:s=4,ramp=turns`: what a row of a table says it takes, and the
// checked values that its function gets. Shared by theta tables (rotary/table.h) and position
// schemes (lm/position/table.h). Test: arguments_test.cpp.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace yonder::rotary {

/// One argument of a row: the single source of its name, range, default and help.
struct ArgumentSpec {
  enum class Kind : uint8_t { integer, real, flag, choice };
  std::string name;
  Kind kind = Kind::real;
  std::string fallback;  ///< canonical text of the default; empty: it must be given
  double low = 0;        ///< range of a number, both ends included
  double high = 0;
  std::vector<std::string> choices;  ///< of a choice; of a number: words allowed beside it ("auto")
  std::string help;
};

/// Checked arguments of one term, in the order of its specs, defaults filled in.
class Arguments {
 public:
  /// `given`: key and text pairs, e.g. {{"s", "4"}}. term: "yarn", for messages. Numbers may be
  /// written 1/16. Throws Error(bad_option) for unknown keys (naming the nearest), doubles,
  /// missing or bad values. unsafe: numbers outside their range are taken (never non-finite ones).
  Arguments(std::string term, const std::vector<ArgumentSpec>& specs,
            const std::vector<std::pair<std::string, std::string>>& given, bool unsafe = false);

  double real(std::string_view name) const;
  int64_t integer(std::string_view name) const;
  bool flag(std::string_view name) const;
  /// The text of any argument; that of a choice, or the word "auto" of a number.
  const std::string& text(std::string_view name) const;
  /// True where a number was given as one of its words.
  bool is_word(std::string_view name) const;
  /// "yarn:s=4": the arguments that differ from their defaults, in the order of the specs.
  std::string canonical() const;

 private:
  struct Value;
  const Value& value(std::string_view name) const;
  struct Value {
    ArgumentSpec spec;
    std::string text;
    double number = 0;
  };
  std::string term_;
  std::vector<Value> values_;
};

}  // namespace yonder::rotary
