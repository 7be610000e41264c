// SPDX-License-Identifier: Apache-2.0
#include "yonder/rotary/arguments.h"

#include "yonder/base/error.h"
#include "yonder/base/options.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>

namespace yonder::rotary {
namespace {

using Kind = ArgumentSpec::Kind;

constexpr double kUnbounded = 9007199254740992;  // 2^53; messages do not name such limits

std::vector<std::string> split(std::string_view text, char separator) {
  std::vector<std::string> parts;
  size_t begin = 0;
  while (true) {
    const size_t end = std::min(text.find(separator, begin), text.size());
    parts.emplace_back(text.substr(begin, end - begin));
    if (end == text.size()) {
      return parts;
    }
    begin = end + 1;
  }
}

std::optional<double> parse_plain_number(std::string_view text) {
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size() || !std::isfinite(number)) {
    return std::nullopt;
  }
  return number;
}

/// "4", "0.25" or "1/16"; always finite.
std::optional<double> parse_number(std::string_view text) {
  const size_t slash = text.find('/');
  if (slash == std::string_view::npos) {
    return parse_plain_number(text);
  }
  const auto above = parse_plain_number(text.substr(0, slash));
  const auto below = parse_plain_number(text.substr(slash + 1));
  if (!above || !below || !std::isfinite(*above / *below)) {
    return std::nullopt;
  }
  return *above / *below;
}

/// The shortest text that reads back the same, without '+', which joins terms: 1e22, not 1e+22.
std::string number_text(double number) {
  std::string text = fmt::format("{}", number);
  text.erase(std::remove(text.begin(), text.end(), '+'), text.end());
  return text;
}

bool contains(const std::vector<std::string>& words, std::string_view word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

bool takes_word(const ArgumentSpec& spec, const std::string& word) {
  return spec.kind == Kind::flag ? spec.name == word : contains(spec.choices, word);
}

/// "a number from 1 to 8, or auto": what a value may be, for messages.
std::string expected(const ArgumentSpec& spec) {
  std::string words = fmt::format("{}", fmt::join(spec.choices, ", "));
  switch (spec.kind) {
    case Kind::flag:
      return "true or false";
    case Kind::choice:
      return "one of " + words;
    default:
      break;
  }
  std::string text = spec.kind == Kind::integer ? "a whole number" : "a number";
  if (spec.kind == Kind::numbers) {
    text = "numbers joined by '/', each";
  }
  text += spec.high >= kUnbounded ? fmt::format(" of at least {}", spec.low)
                                  : fmt::format(" from {} to {}", spec.low, spec.high);
  return spec.choices.empty() ? text : text + ", or " + words;
}

}  // namespace

TermText parse_term(std::string_view text) {
  const size_t colon = std::min(text.find(':'), text.size());
  TermText term{std::string(text.substr(0, colon)), {}};
  require(!term.name.empty(), ErrorKind::bad_option,
          "'{}' has no name where a term was expected; write name:key=value,key=value", text);
  if (colon == text.size()) {
    return term;
  }
  for (const std::string& part : split(text.substr(colon + 1), ',')) {
    const size_t equals = part.find('=');
    const bool bare = equals == std::string::npos;
    std::string key = bare ? "" : part.substr(0, equals);
    std::string value = bare ? part : part.substr(equals + 1);
    require(!value.empty() && (bare || !key.empty()), ErrorKind::bad_option,
            "'{}': '{}' is no argument; write {}:key=value,key=value", text, part, term.name);
    term.given.emplace_back(std::move(key), std::move(value));
  }
  return term;
}

void Arguments::set(Value& value, const std::string& text, bool unsafe) {
  const ArgumentSpec& spec = value.spec;
  const auto refuse = [&] {
    fail(ErrorKind::bad_option, "{}: {} is '{}'; it must be {}", term_, spec.name, text,
         expected(spec));
  };
  value.text = text;
  value.numbers.clear();
  if (spec.kind == Kind::flag) {
    if (text != "true" && text != "false") {
      refuse();
    }
    return;
  }
  if (spec.kind == Kind::choice || contains(spec.choices, text)) {
    if (!contains(spec.choices, text)) {
      refuse();
    }
    return;
  }
  const auto parts = spec.kind == Kind::numbers ? split(text, '/') : std::vector<std::string>{text};
  for (const std::string& part : parts) {
    const auto number = parse_number(part);
    const bool whole = number && std::floor(*number) == *number;
    if (!number || (spec.kind == Kind::integer && !whole)) {
      refuse();
    }
    const double low = unsafe ? spec.unsafe_low.value_or(spec.low) : spec.low;
    require(*number >= low && *number <= spec.high, ErrorKind::bad_option,
            "{}: {} is {}; it must be {}{}", term_, spec.name, part, expected(spec),
            spec.unsafe_low && *number >= *spec.unsafe_low && *number < spec.low
                ? " (--unsafe takes it)"
                : "");
    value.numbers.push_back(*number);
  }
  value.text.clear();
  for (const double number : value.numbers) {
    value.text += (value.text.empty() ? "" : "/") + number_text(number);
  }
}

Arguments::Arguments(std::string term, const std::vector<ArgumentSpec>& specs,
                     const std::vector<std::pair<std::string, std::string>>& given, bool unsafe)
    : term_(std::move(term)) {
  for (const ArgumentSpec& spec : specs) {
    values_.push_back({spec, "", {}, false});
  }
  for (const auto& [key, text] : given) {
    const auto found =
        std::find_if(values_.begin(), values_.end(), [&key = key, &text = text](const Value& v) {
          return key.empty() ? takes_word(v.spec, text) && v.spec.fallback != text
                             : v.spec.name == key;
        });
    if (found == values_.end()) {
      std::vector<std::string> names, described;
      for (const Value& v : values_) {
        names.push_back(v.spec.name);
        const bool words = key.empty() && v.spec.kind == Kind::choice;
        described.push_back(
            words ? fmt::format("{} ({})", v.spec.name, fmt::join(v.spec.choices, ", "))
                  : v.spec.name);
      }
      const std::string wrong = key.empty() ? text : key;
      const std::string nearest = nearest_name(wrong, names);
      fail(ErrorKind::bad_option, "{} has no argument '{}'{}; it takes {}", term_, wrong,
           nearest.empty() ? "" : fmt::format(", did you mean '{}'?", nearest),
           names.empty() ? "none" : fmt::format("{}", fmt::join(described, ", ")));
    }
    require(!found->given, ErrorKind::bad_option, "{}: {} is given twice", term_, found->spec.name);
    found->given = true;
    set(*found, key.empty() && found->spec.kind == Kind::flag ? "true" : text, unsafe);
  }
  for (Value& value : values_) {
    if (!value.given) {
      require(!value.spec.fallback.empty(), ErrorKind::bad_option, "{} needs {}, which is {} ({})",
              term_, value.spec.name, expected(value.spec), value.spec.help);
      set(value, value.spec.fallback, true);
    }
  }
}

const Arguments::Value& Arguments::value(std::string_view name) const {
  const auto found = std::find_if(values_.begin(), values_.end(),
                                  [&](const Value& v) { return v.spec.name == name; });
  YONDER_CHECK(found != values_.end());
  return *found;
}

double Arguments::real(std::string_view name) const { return value(name).numbers.at(0); }

int64_t Arguments::integer(std::string_view name) const {
  return static_cast<int64_t>(value(name).numbers.at(0));
}

bool Arguments::flag(std::string_view name) const { return value(name).text == "true"; }

const std::vector<double>& Arguments::numbers(std::string_view name) const {
  return value(name).numbers;
}

const std::string& Arguments::text(std::string_view name) const { return value(name).text; }

bool Arguments::is_word(std::string_view name) const { return value(name).numbers.empty(); }

bool Arguments::was_given(std::string_view name) const { return value(name).given; }

void Arguments::replace(std::string_view name, double number) {
  for (Value& v : values_) {
    if (v.spec.name == name) {
      v.numbers = {number};
      v.text = number_text(number);
    }
  }
}

std::string Arguments::canonical() const {
  std::string text = term_;
  char joint = ':';
  for (const Value& v : values_) {
    if (v.text == v.spec.fallback) {
      continue;
    }
    const bool bare_flag = v.spec.kind == Kind::flag && v.text == "true";
    const bool bare_choice = v.spec.kind == Kind::choice && v.spec.fallback.empty();
    text += joint;
    if (bare_flag) {
      text += v.spec.name;
    } else if (bare_choice) {
      text += v.text;
    } else {
      text += v.spec.name + "=" + v.text;
    }
    joint = ',';
  }
  return text;
}

}  // namespace yonder::rotary
