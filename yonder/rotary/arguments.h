// SPDX-License-Identifier: Apache-2.0
// Arguments of a term such as `yarn:s=4,ramp=turns`: what a row of a table says it takes, and the
// checked values that its function gets. Shared by theta tables (rotary/table.h) and position
// schemes (lm/position/table.h). Test: arguments_test.cpp.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace yonder::rotary {

/// One argument of a row: the single source of its name, range, default and help.
struct ArgumentSpec {
  /// numbers: one or several real numbers joined by slashes, `0.5/1/2.5`.
  enum class Kind : uint8_t { integer, real, flag, choice, numbers };
  std::string name = {};
  Kind kind = Kind::real;
  std::string fallback = {};  ///< canonical text of the default; empty: it must be given
  double low = 0;             ///< range of a number, both ends included
  double high = std::numeric_limits<double>::max();
  std::vector<std::string> choices = {};  ///< of a choice; of a number: words beside it ("auto")
  std::string help = {};
  std::optional<double> unsafe_low = {};  ///< the lower end that `unsafe` brings
};

/// `name[:argument{,argument}]`, an argument being `key=value` or a bare word.
struct TermText {
  std::string name;
  std::vector<std::pair<std::string, std::string>> given;  ///< key (empty for a bare word), value
};

/// Splits the text of one term. Throws Error(bad_option) where a name or value is empty.
TermText parse_term(std::string_view text);

/// Checked arguments of one term, in the order of its specs, defaults filled in.
class Arguments {
 public:
  /// `given`: key and text pairs, e.g. {{"s", "4"}}; a pair without key is a bare word, which
  /// stands for the first argument that takes it and does not have it already: `logn:clip`,
  /// `dyn:turn`. term: "yarn", for messages. Numbers may be written 1/16. Throws Error(bad_option)
  /// for unknown keys (naming the nearest), doubles, missing or bad values. unsafe: numbers outside
  /// the range of a forcible argument are taken (never non-finite ones).
  Arguments(std::string term, const std::vector<ArgumentSpec>& specs,
            const std::vector<std::pair<std::string, std::string>>& given, bool unsafe = false);

  double real(std::string_view name) const;
  int64_t integer(std::string_view name) const;
  bool flag(std::string_view name) const;
  const std::vector<double>& numbers(std::string_view name) const;
  /// The text of any argument; that of a choice, or the word "auto" of a number.
  const std::string& text(std::string_view name) const;
  /// True where a number was given as one of its words.
  bool is_word(std::string_view name) const;
  /// True where the term names the argument, even with its default's value.
  bool was_given(std::string_view name) const;
  /// Takes another value for a number, in range or not: what a word stood for.
  void replace(std::string_view name, double number);
  /// "yarn:s=4": the arguments that differ from their defaults, in the order of the specs. A choice
  /// without default and a flag that is set are written bare: "logn:clip", "dyn:turn".
  std::string canonical() const;

 private:
  struct Value {
    ArgumentSpec spec;
    std::string text;  ///< canonical
    std::vector<double> numbers;
    bool given = false;
  };
  void set(Value& value, const std::string& text, bool unsafe);
  const Value& value(std::string_view name) const;
  std::string term_;
  std::vector<Value> values_;
};

}  // namespace yonder::rotary
