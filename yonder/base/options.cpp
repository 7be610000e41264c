// SPDX-License-Identifier: Apache-2.0
// The checks and the parsing that every reader of options shares, and two readers: validation and
// Markdown. JSON is in options_json.cpp, the web form in options_form.cpp, a command line to copy
// in options_arguments.cpp; the command line's reader lives with the command line.
#include "yonder/base/options.h"

#include "yonder/base/error.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <utility>

namespace yonder {

namespace {

// Edit distance that counts a swap of two neighbours as one step (optimal string alignment),
// because a swap is the most frequent slip of fast typing. Letter case costs nothing.
size_t edit_distance(std::string_view a, std::string_view b) {
  const auto lower = [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  };
  std::vector<size_t> before_previous(b.size() + 1);
  std::vector<size_t> previous(b.size() + 1);
  std::vector<size_t> current(b.size() + 1);
  for (size_t j = 0; j <= b.size(); ++j) {
    previous[j] = j;
  }
  for (size_t i = 1; i <= a.size(); ++i) {
    current[0] = i;
    for (size_t j = 1; j <= b.size(); ++j) {
      const char x = lower(a[i - 1]);
      const char y = lower(b[j - 1]);
      size_t best = previous[j - 1] + (x == y ? 0 : 1);
      best = std::min(best, std::min(previous[j], current[j - 1]) + 1);
      if (i > 1 && j > 1 && x == lower(b[j - 2]) && lower(a[i - 2]) == y) {
        best = std::min(best, before_previous[j - 2] + 1);
      }
      current[j] = best;
    }
    std::swap(before_previous, previous);
    std::swap(previous, current);
  }
  return previous[b.size()];
}

std::string join(const std::vector<std::string>& names) {
  return fmt::format("{}", fmt::join(names, ", "));
}

constexpr int64_t kNoLow = std::numeric_limits<int64_t>::min();
constexpr int64_t kNoHigh = std::numeric_limits<int64_t>::max();

// Checks ranges and choices and keeps nothing, so that a struct filled by hand gets the same
// sentences as a command line.
class Validator final : public OptionVisitor {
 public:
  void flag(const char*, bool&, const char*) override {}
  void integer(const char* name, int64_t& value, int64_t low, int64_t high, const char*) override {
    check_range(name, value, low, high);
  }
  void bytes(const char* name, int64_t& value, int64_t low, int64_t high, const char*) override {
    check_range(name, value, low, high);
  }
  void seed(const char*, uint64_t&, const char*) override {}
  void real(const char* name, double& value, double low, double high, const char*) override {
    check_range(name, value, low, high);
  }
  void text(const char*, std::string&, const char*) override {}
  void path(const char*, std::string&, const char*) override {}
  void choice(const char* name, std::string& value, const std::vector<std::string>& names,
              const char*) override {
    check_choice(name, value, names);
  }
  void list(const char*, std::vector<std::string>&, const char*) override {}
  void integers(const char* name, std::vector<int64_t>& value, int64_t low, int64_t high,
                const char*) override {
    for (const int64_t item : value) {
      check_range(name, item, low, high);
    }
  }
};

// 4294967296 -> "4G": the largest suffix that keeps the number whole.
std::string byte_count(int64_t value) {
  static constexpr const char* kSuffixes[] = {"", "k", "M", "G"};
  size_t suffix = 0;
  while (suffix < 3 && value != 0 && value % 1024 == 0) {
    value /= 1024;
    ++suffix;
  }
  return fmt::format("{}{}", value, kSuffixes[suffix]);
}

std::string range_text(int64_t low, int64_t high, std::string (*format)(int64_t)) {
  if (low == kNoLow && high == kNoHigh) {
    return "";
  }
  if (high == kNoHigh) {
    return fmt::format(" (at least {})", format(low));
  }
  if (low == kNoLow) {
    return fmt::format(" (at most {})", format(high));
  }
  return fmt::format(" ({} to {})", format(low), format(high));
}

std::string plain_count(int64_t value) { return fmt::format("{}", value); }

class ToMarkdown final : public OptionVisitor {
 public:
  std::string finish() const { return "| option | default | meaning |\n|---|---|---|\n" + rows_; }
  void flag(const char* name, bool& value, const char* help) override {
    row(name, value ? "on" : "off", help, "");
  }
  void integer(const char* name, int64_t& value, int64_t low, int64_t high,
               const char* help) override {
    row(name, plain_count(value), help, range_text(low, high, plain_count));
  }
  void bytes(const char* name, int64_t& value, int64_t low, int64_t high,
             const char* help) override {
    row(name, byte_count(value), help, range_text(low, high, byte_count));
  }
  void seed(const char* name, uint64_t& value, const char* help) override {
    row(name, fmt::format("{}", value), help, "");
  }
  void real(const char* name, double& value, double low, double high, const char* help) override {
    std::string range;
    if (std::isfinite(low) && std::isfinite(high)) {
      range = fmt::format(" ({} to {})", low, high);
    } else if (std::isfinite(low)) {
      range = fmt::format(" (at least {})", low);
    } else if (std::isfinite(high)) {
      range = fmt::format(" (at most {})", high);
    }
    row(name, fmt::format("{}", value), help, range);
  }
  void text(const char* name, std::string& value, const char* help) override {
    row(name, value, help, "");
  }
  void path(const char* name, std::string& value, const char* help) override {
    row(name, value, help, "");
  }
  void choice(const char* name, std::string& value, const std::vector<std::string>& names,
              const char* help) override {
    row(name, value, help, fmt::format(" (one of {})", join(names)));
  }
  void list(const char* name, std::vector<std::string>& value, const char* help) override {
    row(name, join(value), help, "");
  }
  void integers(const char* name, std::vector<int64_t>& value, int64_t low, int64_t high,
                const char* help) override {
    row(name, fmt::format("{}", fmt::join(value, ",")), help, range_text(low, high, plain_count));
  }

 private:
  void row(const char* name, std::string_view value, std::string_view help,
           std::string_view range) {
    const std::string shown = value.empty() ? "" : fmt::format("`{}`", escape(value));
    rows_ += fmt::format("| `--{}` | {} | {}{} |\n", name, shown, escape(help), escape(range));
  }
  // A bar would end the table's cell.
  static std::string escape(std::string_view text) {
    std::string out;
    for (const char c : text) {
      if (c == '|') {
        out += '\\';
      }
      out += c;
    }
    return out;
  }
  std::string rows_;
};

}  // namespace

std::optional<int64_t> parse_count(std::string_view text, int64_t unit) {
  YONDER_CHECK(unit == 1000 || unit == 1024);
  bool negative = false;
  if (!text.empty() && text.front() == '-') {
    negative = true;
    text.remove_prefix(1);
  }
  int64_t factor = 1;
  if (!text.empty()) {
    constexpr std::string_view kSuffixes = "kMG";  // powers 1, 2, 3 of the unit
    const size_t power = kSuffixes.find(text.back() == 'K' ? 'k' : text.back());
    if (power != std::string_view::npos) {
      for (size_t i = 0; i <= power; ++i) {
        factor *= unit;
      }
      text.remove_suffix(1);
    }
  }
  // The number as digits / 10^decimals, exactly: 30 digits stay below 2^100, and times 2^30 they
  // would not fit, so the digits are limited to 28 (2^94 * 2^30 < 2^127).
  constexpr int kMostDigits = 28;
  unsigned __int128 digits = 0;
  unsigned __int128 scale = 1;
  int used = 0;
  bool any = false;
  bool point = false;
  for (const char c : text) {
    if (c == '.' && !point && any) {
      point = true;
      any = false;  // a digit must follow the point
      continue;
    }
    if (c < '0' || c > '9') {
      return std::nullopt;
    }
    any = true;
    if (digits > 0 || c > '0') {
      ++used;
    }
    if (used > kMostDigits) {
      return std::nullopt;
    }
    if (point) {
      if (scale > static_cast<unsigned __int128>(1) << 94) {
        return std::nullopt;
      }
      scale *= 10;
    }
    digits = digits * 10 + static_cast<unsigned>(c - '0');
  }
  if (!any) {
    return std::nullopt;
  }
  const unsigned __int128 product = digits * static_cast<unsigned __int128>(factor);
  if (product % scale != 0 || product / scale > static_cast<unsigned __int128>(kNoHigh)) {
    return std::nullopt;
  }
  const int64_t value = static_cast<int64_t>(product / scale);
  return negative ? -value : value;
}

int64_t parse_whole_option(const char* name, const std::string& text, int64_t unit, int64_t low,
                           int64_t high) {
  const std::optional<int64_t> value = parse_count(text, unit);
  require(value.has_value(), ErrorKind::bad_option,
          "--{} is \"{}\"; a whole number such as {} was expected", name, text,
          unit == 1000 ? "6 or 80k" : "64M or 4G");
  check_range(name, *value, low, high);
  return *value;
}

std::vector<int64_t> parse_whole_list_option(const char* name, const std::string& text, int64_t low,
                                             int64_t high) {
  std::vector<int64_t> values;
  size_t first = 0;
  while (true) {
    const size_t comma = std::min(text.find(',', first), text.size());
    values.push_back(parse_whole_option(name, text.substr(first, comma - first), 1000, low, high));
    if (comma == text.size()) {
      return values;
    }
    first = comma + 1;
  }
}

uint64_t parse_seed_option(const char* name, const std::string& text) {
  uint64_t value = 0;
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), value);
  require(code == std::errc() && end == text.data() + text.size(), ErrorKind::bad_option,
          "--{} is \"{}\"; a whole number between 0 and 2^64-1 was expected", name, text);
  return value;
}

double parse_real_option(const char* name, const std::string& text) {
  double value = 0;
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), value);
  require(code == std::errc() && end == text.data() + text.size(), ErrorKind::bad_option,
          "--{} is \"{}\"; a number such as 0.1 was expected", name, text);
  return value;
}

void check_range(const char* name, int64_t value, int64_t low, int64_t high) {
  if (low <= value && value <= high) {
    return;
  }
  if (high == kNoHigh) {
    fail(ErrorKind::bad_option, "--{} is {}; it must be at least {}", name, value, low);
  }
  if (low == kNoLow) {
    fail(ErrorKind::bad_option, "--{} is {}; it must be at most {}", name, value, high);
  }
  fail(ErrorKind::bad_option, "--{} is {}; it must lie between {} and {}", name, value, low, high);
}

void check_range(const char* name, double value, double low, double high) {
  require(std::isfinite(value), ErrorKind::bad_option, "--{} is {}; it must be a finite number",
          name, value);
  if (low <= value && value <= high) {
    return;
  }
  if (!std::isfinite(high)) {
    fail(ErrorKind::bad_option, "--{} is {}; it must be at least {}", name, value, low);
  }
  if (!std::isfinite(low)) {
    fail(ErrorKind::bad_option, "--{} is {}; it must be at most {}", name, value, high);
  }
  fail(ErrorKind::bad_option, "--{} is {}; it must lie between {} and {}", name, value, low, high);
}

void check_choice(const char* name, const std::string& value,
                  const std::vector<std::string>& names) {
  if (std::find(names.begin(), names.end(), value) != names.end()) {
    return;
  }
  const std::string nearest = nearest_name(value, names);
  if (!nearest.empty()) {
    fail(ErrorKind::bad_option, "--{} is \"{}\"; did you mean {}? It must be one of {}", name,
         value, nearest, join(names));
  }
  fail(ErrorKind::bad_option, "--{} is \"{}\"; it must be one of {}", name, value, join(names));
}

std::string nearest_name(std::string_view wrong, const std::vector<std::string>& names) {
  // Far is: more than a third of the letters, and more than one, would have to change. Beyond 64
  // letters nobody mistyped a name, and the distance would cost time for nothing.
  constexpr size_t kLongestName = 64;
  std::string nearest;
  size_t least = kLongestName;
  for (const std::string& name : names) {
    const size_t longer = std::max(wrong.size(), name.size());
    if (longer > kLongestName) {
      continue;
    }
    const size_t distance = edit_distance(wrong, name);
    if (distance < least && distance < longer && distance <= std::max<size_t>(1, longer / 3)) {
      least = distance;
      nearest = name;
    }
  }
  return nearest;
}

void validate_options(const std::function<void(OptionVisitor&)>& visit) {
  Validator visitor;
  visit(visitor);
}

std::string options_to_markdown(const std::function<void(OptionVisitor&)>& visit) {
  ToMarkdown visitor;
  visit(visitor);
  return visitor.finish();
}

}  // namespace yonder
