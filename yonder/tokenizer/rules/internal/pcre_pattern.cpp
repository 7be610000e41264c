// SPDX-License-Identifier: Apache-2.0
#define PCRE2_CODE_UNIT_WIDTH 8
#include "yonder/tokenizer/rules/internal/pcre_pattern.h"

#include "yonder/base/error.h"
#include "yonder/base/utf8.h"
#include "yonder/tokenizer/rules/unicode_class.h"

#include <pcre2.h>

#include <algorithm>
#include <array>
#include <map>
#include <tuple>
#include <utility>
#include <vector>

namespace yonder::tokenizer {

namespace {

// ------------------------------------------------------------- what both engines understand alike

[[noreturn]] void refuse(const std::string& expression, size_t at, std::string_view what) {
  fail(
      ErrorKind::bad_data,
      "the split pattern \"{}\" has {} at byte {}, which means something else in PCRE2 than in the "
      "program the file is made for; such patterns are not supported",
      expression, what, at);
}

/// Looks for what is not known to mean the same; leaves errors of syntax to PCRE2.
class Checker {
 public:
  explicit Checker(const std::string& expression) : expression_(expression) {}

  void check() {
    while (at_ < expression_.size()) {
      const char c = expression_[at_];
      if (c == '\\') {
        escape();
      } else if (c == '[') {
        character_class();
      } else if (starts_with("(?")) {
        group();
      } else if (starts_with("(*")) {
        refuse(expression_, at_, "(*");
      } else if (c == '{') {
        interval();
      } else {
        ++at_;
      }
    }
  }

 private:
  bool starts_with(std::string_view text) const {
    return std::string_view(expression_).substr(at_).starts_with(text);
  }

  void escape() {
    const char c = at_ + 1 < expression_.size() ? expression_[at_ + 1] : '\0';
    const bool letter_or_digit =
        (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    if (letter_or_digit && std::string_view("pPsSdDrntfaexAz").find(c) == std::string_view::npos) {
      refuse(expression_, at_, std::string("\\") + c);
    }
    at_ += 2;
    if (std::string_view("pPx").find(c) != std::string_view::npos && starts_with("{")) {
      at_ = std::min(expression_.find('}', at_), expression_.size());  // a name, not an interval
    }
  }

  // Oniguruma has sets within sets and intersections, PCRE2 has not.
  void character_class() {
    const size_t begin = at_;
    at_ += starts_with("[^") ? 2 : 1;
    if (starts_with("]")) {
      refuse(expression_, begin, "a set that begins with ]");
    }
    while (at_ < expression_.size() && expression_[at_] != ']') {
      if (expression_[at_] == '\\') {
        escape();
      } else if (expression_[at_] == '[') {
        refuse(expression_, at_, "[ within a set");
      } else if (starts_with("&&")) {
        refuse(expression_, at_, "&& within a set");
      } else {
        ++at_;
      }
    }
    ++at_;
  }

  void group() {
    constexpr std::array<std::string_view, 7> kGroups = {
        "(?:", "(?=", "(?!", "(?<=", "(?<!", "(?>", "(?i:"};
    for (const std::string_view opening : kGroups) {
      if (starts_with(opening)) {
        at_ += opening.size();
        return;
      }
    }
    if (at_ == 0 && starts_with("(?i)")) {
      at_ += 4;
      return;
    }
    refuse(expression_, at_, "a group or option of this kind");
  }

  // {1,3}+ repeats the repetition in one engine and keeps what it took in the other; {2}? makes it
  // optional in one and lazy in the other.
  void interval() {
    const size_t begin = at_;
    const size_t end = expression_.find('}', at_);
    if (end == std::string::npos) {
      at_ = expression_.size();
      return;
    }
    if (starts_with("{,")) {
      refuse(expression_, begin, "an interval without a lower bound");
    }
    at_ = end + 1;
    if (starts_with("+") || starts_with("?")) {
      refuse(expression_, begin, "an interval followed by + or ?");
    }
  }

  const std::string& expression_;
  size_t at_ = 0;
};

// ----------------------------------------------------------------------------------- stand-ins

struct DeleteCode {
  void operator()(pcre2_code* code) const { pcre2_code_free(code); }
};
struct DeleteMatchData {
  void operator()(pcre2_match_data* data) const { pcre2_match_data_free(data); }
};
struct DeleteContext {
  void operator()(pcre2_compile_context* context) const { pcre2_compile_context_free(context); }
};
using OwnedContext = std::unique_ptr<pcre2_compile_context, DeleteContext>;
using OwnedCode = std::unique_ptr<pcre2_code, DeleteCode>;
using OwnedMatchData = std::unique_ptr<pcre2_match_data, DeleteMatchData>;

PCRE2_SPTR bytes_of(std::string_view text) { return reinterpret_cast<PCRE2_SPTR>(text.data()); }

std::string text_of_error(int error) {
  std::array<PCRE2_UCHAR, 256> text{};
  pcre2_get_error_message(error, text.data(), text.size());
  return reinterpret_cast<const char*>(text.data());
}

OwnedCode compile(const std::string& expression) {
  int error = 0;
  PCRE2_SIZE offset = 0;
  const OwnedContext context(pcre2_compile_context_create(nullptr));
  require(context != nullptr, ErrorKind::memory, "no memory to compile a split pattern");
  pcre2_set_newline(context.get(), PCRE2_NEWLINE_LF);
  OwnedCode code(pcre2_compile(bytes_of(expression), expression.size(),
                               PCRE2_UTF | PCRE2_UCP | PCRE2_MULTILINE, &error, &offset,
                               context.get()));
  require(code != nullptr, ErrorKind::bad_data, "the split pattern \"{}\" is wrong at byte {}: {}",
          expression, offset, text_of_error(error));
  pcre2_jit_compile(code.get(), PCRE2_JIT_COMPLETE);  // without it the interpreter runs
  return code;
}

OwnedMatchData match_data_for(const pcre2_code* code) {
  OwnedMatchData data(pcre2_match_data_create_from_pattern(code, nullptr));
  require(data != nullptr, ErrorKind::memory, "no memory to match a split pattern");
  return data;
}

/// The next match in valid UTF-8 at or after `from`; its end may equal its beginning. False: none.
bool find_next(const pcre2_code* code, pcre2_match_data* data, std::string_view text, size_t from,
               const std::string& expression, ByteSpan& match) {
  int found =
      pcre2_match(code, bytes_of(text), text.size(), from, PCRE2_NO_UTF_CHECK, data, nullptr);
  if (found == PCRE2_ERROR_JIT_STACKLIMIT) {  // the interpreter has no such stack
    found = pcre2_match(code, bytes_of(text), text.size(), from, PCRE2_NO_UTF_CHECK | PCRE2_NO_JIT,
                        data, nullptr);
  }
  if (found == PCRE2_ERROR_NOMATCH) {
    return false;
  }
  require(found > 0, ErrorKind::bad_data,
          "the split pattern \"{}\" cannot be matched from byte {} on: {}", expression, from,
          text_of_error(found));
  const PCRE2_SIZE* const ends = pcre2_get_ovector_pointer(data);
  match = {ends[0], ends[1]};
  return true;
}

/// What PCRE2 sees in place of a character: one of the same length and the same general category
/// that it knows.
class StandIns {
 public:
  StandIns() {
    const std::vector<bool> unknown = unknown_to_pcre();
    std::map<Kind, int32_t> known;
    for (int32_t c = 0x80; c < kCodePoints; ++c) {
      if (!unknown[static_cast<size_t>(c)]) {
        known.try_emplace(kind_of(c), c);
      }
    }
    for (int32_t c = 0x80; c < kCodePoints; ++c) {
      const auto stand_in = unknown[static_cast<size_t>(c)] ? known.find(kind_of(c)) : known.end();
      if (stand_in == known.end()) {
        continue;
      }
      if (!ranges_.empty() && ranges_.back().last == c - 1 &&
          ranges_.back().stand_in == stand_in->second) {
        ranges_.back().last = c;
      } else {
        ranges_.push_back({c, c, stand_in->second});
      }
    }
  }

  /// The character to show, mostly itself.
  int32_t of(int32_t code_point) const {
    const auto after =
        std::upper_bound(ranges_.begin(), ranges_.end(), code_point,
                         [](int32_t value, const Range& range) { return value < range.first; });
    return after != ranges_.begin() && code_point <= std::prev(after)->last
               ? std::prev(after)->stand_in
               : code_point;
  }

 private:
  static constexpr int32_t kCodePoints = 0x110000;
  // Category, bytes, and whether in planes 2 and 3: ideographs, which fill them, keep their script.
  using Kind = std::tuple<std::string_view, size_t, bool>;
  struct Range {
    int32_t first;
    int32_t last;
    int32_t stand_in;
  };

  static Kind kind_of(int32_t c) {
    return {general_category(c),
            c < 0x800     ? 2U
            : c < 0x10000 ? 3U
                          : 4U,
            c >= 0x20000 && c < 0x40000};
  }

  static std::vector<bool> unknown_to_pcre() {
    std::string assigned;
    for (int32_t c = 0x80; c < kCodePoints; ++c) {
      const std::string_view category = general_category(c);
      if (category != "Cn" && category != "Cs" && category != "Co") {
        utf8_append(assigned, c);
      }
    }
    std::vector<bool> unknown(kCodePoints, false);
    const std::string expression = "\\p{Cn}";
    const OwnedCode code = compile(expression);
    const OwnedMatchData data = match_data_for(code.get());
    ByteSpan match;
    for (size_t i = 0; find_next(code.get(), data.get(), assigned, i, expression, match);
         i = match.end) {
      unknown[static_cast<size_t>(utf8_at(assigned, match.begin).code_point)] = true;
    }
    // A format character that PCRE2's \s matches, and one whose category changed in Unicode 16.
    unknown[0x180E] = true;
    unknown[0x1171E] = true;
    return unknown;
  }

  std::vector<Range> ranges_;
};

constexpr char kStrayByte = 1;  // a control: neither letter, number nor white space

/// `text` as PCRE2 is to see it; `copy` holds it where it differs.
std::string_view shown(std::string_view text, std::string& copy) {
  static const StandIns stand_ins;
  std::string character;
  for (size_t i = 0; i < text.size();) {
    if (static_cast<unsigned char>(text[i]) < 0x80) {
      ++i;
      continue;
    }
    const Utf8Unit unit = utf8_at(text, i);
    const int32_t stand_in = unit.code_point < 0 ? kStrayByte : stand_ins.of(unit.code_point);
    if (stand_in != unit.code_point) {
      if (copy.empty()) {
        copy = text;
      }
      character.clear();
      utf8_append(character, stand_in);
      copy.replace(i, unit.length, character);
    }
    i += unit.length;
  }
  return copy.empty() ? text : std::string_view(copy);
}

}  // namespace

struct PcrePattern::Code {
  OwnedCode compiled;
};

PcrePattern::PcrePattern(const std::string& expression) : expression_(expression) {
  const size_t error = utf8_first_error(expression);
  require(error == std::string::npos, ErrorKind::bad_data,
          "the split pattern \"{}\" is not UTF-8 at byte {}", utf8_replace_invalid(expression),
          error);
  Checker(expression_).check();
  code_ = std::make_unique<const Code>(Code{compile(expression_)});
}

PcrePattern::~PcrePattern() = default;

void PcrePattern::find_all(std::string_view text, std::vector<ByteSpan>& matches) const {
  std::string copy;
  const std::string_view seen = shown(text, copy);
  const pcre2_code* const code = code_->compiled.get();
  const OwnedMatchData data = match_data_for(code);
  ByteSpan match;
  for (size_t i = 0;
       i <= seen.size() && find_next(code, data.get(), seen, i, expression_, match);) {
    if (match.begin < match.end) {
      matches.push_back(match);
      i = match.end;
    } else {  // an empty match: the search goes on behind the next character
      i = match.end + (match.end < seen.size() ? utf8_at(seen, match.end).length : 1);
    }
  }
}

}  // namespace yonder::tokenizer
