// SPDX-License-Identifier: Apache-2.0
// A recursive-descent parser over RFC 8259, with everything an error that the RFC leaves to taste:
// duplicate keys, numbers beyond double, lone surrogates, depth.
#include "yonder/base/json.h"

#include "yonder/base/base64.h"
#include "yonder/base/error.h"
#include "yonder/base/utf8.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <unordered_set>

namespace yonder {

namespace {

constexpr int kDeepest = 64;

void append_escaped(std::string& out, std::string_view text) {
  out += '"';
  for (const char c : text) {
    switch (c) {
      case '"':
        out += "\\\"";
        break;
      case '\\':
        out += "\\\\";
        break;
      case '\b':
        out += "\\b";
        break;
      case '\f':
        out += "\\f";
        break;
      case '\n':
        out += "\\n";
        break;
      case '\r':
        out += "\\r";
        break;
      case '\t':
        out += "\\t";
        break;
      default:
        if (static_cast<unsigned char>(c) < 0x20) {
          out += fmt::format("\\u{:04x}", static_cast<unsigned char>(c));
        } else {
          out += c;
        }
    }
  }
  out += '"';
}

class Parser {
 public:
  Parser(std::string_view text, std::string_view name) : text_(text), name_(name) {}

  Json document() {
    const size_t error = utf8_first_error(text_);
    if (error != std::string_view::npos) {
      at_ = error;
      wrong(fmt::format("byte 0x{:02x} is not UTF-8", static_cast<unsigned char>(text_[error])));
    }
    Json json = value("", 0);
    skip_space();
    if (at_ != text_.size()) {
      wrong(fmt::format("{} follows the end of the document", here()));
    }
    return json;
  }

 private:
  [[noreturn]] void wrong(const std::string& what) const {
    fail(ErrorKind::bad_data, "{}: byte {}: {}", name_, at_, what);
  }

  // What stands at the current byte, for messages.
  std::string here() const {
    if (at_ == text_.size()) {
      return "the end of the text";
    }
    const Utf8Unit unit = utf8_at(text_, at_);
    if (unit.code_point < 0x20 || unit.code_point == 0x7F) {
      return fmt::format("the control character 0x{:02x}", unit.code_point);
    }
    return fmt::format("'{}'", text_.substr(at_, unit.length));
  }

  void skip_space() {
    while (at_ < text_.size() &&
           (text_[at_] == ' ' || text_[at_] == '\n' || text_[at_] == '\r' || text_[at_] == '\t')) {
      ++at_;
    }
  }

  bool take(char c) {
    if (at_ < text_.size() && text_[at_] == c) {
      ++at_;
      return true;
    }
    return false;
  }

  Json made(Json::Value value, const std::string& pointer) const {
    return Json(std::move(value),
                pointer.empty() ? std::string(name_) : fmt::format("{}: {}", name_, pointer));
  }

  Json value(const std::string& pointer, int depth) {
    skip_space();
    if (at_ == text_.size()) {
      wrong("a value was expected, found the end of the text");
    }
    switch (text_[at_]) {
      case '{':
        return object(pointer, depth + 1);
      case '[':
        return array(pointer, depth + 1);
      case '"':
        return made(string(), pointer);
      case 't':
        word("true");
        return made(true, pointer);
      case 'f':
        word("false");
        return made(false, pointer);
      case 'n':
        word("null");
        return made(nullptr, pointer);
      default:
        return made(number(), pointer);
    }
  }

  void word(std::string_view expected) {
    if (text_.substr(at_, expected.size()) != expected) {
      wrong(fmt::format("a value was expected, found {}", here()));
    }
    at_ += expected.size();
  }

  void check_depth(int depth) const {
    if (depth > kDeepest) {
      wrong(fmt::format("arrays and objects are nested more than {} deep", kDeepest));
    }
  }

  Json array(const std::string& pointer, int depth) {
    check_depth(depth);
    ++at_;
    Json::Array items;
    skip_space();
    if (take(']')) {
      return made(std::move(items), pointer);
    }
    for (;;) {
      items.push_back(value(fmt::format("{}/{}", pointer, items.size()), depth));
      skip_space();
      if (take(']')) {
        return made(std::move(items), pointer);
      }
      if (!take(',')) {
        wrong(fmt::format("',' or ']' was expected, found {}", here()));
      }
    }
  }

  Json object(const std::string& pointer, int depth) {
    check_depth(depth);
    ++at_;
    Json::Object members;
    std::unordered_set<std::string> keys;
    skip_space();
    if (take('}')) {
      return made(std::move(members), pointer);
    }
    for (;;) {
      skip_space();
      const size_t key_at = at_;
      if (at_ == text_.size() || text_[at_] != '"') {
        wrong(fmt::format("a key in quotes was expected, found {}", here()));
      }
      std::string key = string();
      if (!keys.insert(key).second) {
        at_ = key_at;
        wrong(fmt::format("the key \"{}\" stands twice in one object", key));
      }
      skip_space();
      if (!take(':')) {
        wrong(fmt::format("':' was expected, found {}", here()));
      }
      Json member = value(fmt::format("{}/{}", pointer, key), depth);
      members.emplace_back(std::move(key), std::move(member));
      skip_space();
      if (take('}')) {
        return made(std::move(members), pointer);
      }
      if (!take(',')) {
        wrong(fmt::format("',' or '}}' was expected, found {}", here()));
      }
    }
  }

  int32_t four_hex_digits() {
    int32_t code = 0;
    for (int k = 0; k < 4; ++k, ++at_) {
      const char c = at_ < text_.size() ? text_[at_] : ' ';
      if (c >= '0' && c <= '9') {
        code = code * 16 + (c - '0');
      } else if (c >= 'a' && c <= 'f') {
        code = code * 16 + (c - 'a' + 10);
      } else if (c >= 'A' && c <= 'F') {
        code = code * 16 + (c - 'A' + 10);
      } else {
        wrong(fmt::format("four hexadecimal digits were expected after \\u, found {}", here()));
      }
    }
    return code;
  }

  std::string string() {
    std::string out;
    ++at_;
    for (;;) {
      if (at_ == text_.size()) {
        wrong("the text ends inside a string");
      }
      const char c = text_[at_];
      if (c == '"') {
        ++at_;
        return out;
      }
      if (static_cast<unsigned char>(c) < 0x20) {
        wrong(fmt::format("{} must be written as an escape in a string", here()));
      }
      if (c == '\\') {
        escape(out);
      } else {
        out += c;
        ++at_;
      }
    }
  }

  void escape(std::string& out) {
    const size_t escape_at = at_;
    ++at_;
    const char c = at_ < text_.size() ? text_[at_] : '\0';
    switch (c) {
      case '"':
      case '\\':
      case '/':
        out += c;
        break;
      case 'b':
        out += '\b';
        break;
      case 'f':
        out += '\f';
        break;
      case 'n':
        out += '\n';
        break;
      case 'r':
        out += '\r';
        break;
      case 't':
        out += '\t';
        break;
      case 'u': {
        ++at_;
        int32_t code = four_hex_digits();
        if (code >= 0xD800 && code <= 0xDBFF && text_.substr(at_, 2) == "\\u") {
          at_ += 2;
          const int32_t low = four_hex_digits();
          code = low >= 0xDC00 && low <= 0xDFFF ? 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00)
                                                : 0xD800;
        }
        if (code >= 0xD800 && code <= 0xDFFF) {
          at_ = escape_at;
          wrong("half of a surrogate pair stands alone");
        }
        utf8_append(out, code);
        return;
      }
      default:
        wrong(fmt::format("{} cannot follow a backslash", here()));
    }
    ++at_;
  }

  size_t digits() {
    const size_t first = at_;
    while (at_ < text_.size() && text_[at_] >= '0' && text_[at_] <= '9') {
      ++at_;
    }
    return at_ - first;
  }

  Json::Value number() {
    const size_t first = at_;
    const bool negative = take('-');
    const size_t whole_at = at_;
    const size_t whole = digits();
    if (whole == 0) {
      at_ = negative ? at_ : first;
      wrong(fmt::format("a value was expected, found {}", here()));
    }
    if (whole > 1 && text_[whole_at] == '0') {
      at_ = first;
      wrong("a number has a zero in front");
    }
    bool is_integer = true;
    if (take('.')) {
      is_integer = false;
      if (digits() == 0) {
        wrong(fmt::format("a digit was expected after the point, found {}", here()));
      }
    }
    if (take('e') || take('E')) {
      is_integer = false;
      if (!take('+')) {
        take('-');
      }
      if (digits() == 0) {
        wrong(fmt::format("a digit was expected in the exponent, found {}", here()));
      }
    }
    const char* begin = text_.data() + first;
    const char* end = text_.data() + at_;
    if (is_integer) {
      int64_t small = 0;
      if (std::from_chars(begin, end, small).ec == std::errc()) {
        return small;
      }
      uint64_t large = 0;
      if (!negative && std::from_chars(begin, end, large).ec == std::errc()) {
        return large;
      }
    }
    double real = 0.0;
    if (std::from_chars(begin, end, real).ec == std::errc::result_out_of_range) {
      if (magnitude(text_.substr(whole_at, at_ - whole_at)) > 0) {
        at_ = first;
        wrong("the number is too large for a double");
      }
      real = negative ? -0.0 : 0.0;
    }
    return real;
  }

  // The power of ten of the number's first non-zero digit, saturated: tells a number that is too
  // large from one that is too small, which from_chars reports alike.
  static int64_t magnitude(std::string_view number) {
    const size_t e = number.find_first_of("eE");
    const std::string_view mantissa = number.substr(0, e);
    int64_t exponent = 0;
    if (e != std::string_view::npos) {
      std::string_view text = number.substr(e + 1);
      if (text.front() == '+') {
        text.remove_prefix(1);
      }
      const auto parsed = std::from_chars(text.data(), text.data() + text.size(), exponent);
      if (parsed.ec != std::errc()) {
        exponent = text.front() == '-' ? std::numeric_limits<int64_t>::min() / 2
                                       : std::numeric_limits<int64_t>::max() / 2;
      }
    }
    const size_t point = std::min(mantissa.find('.'), mantissa.size());
    const size_t lead = mantissa.find_first_of("123456789");
    if (lead == std::string_view::npos) {
      return std::numeric_limits<int64_t>::min();
    }
    const int64_t shift = static_cast<int64_t>(point) - static_cast<int64_t>(lead);
    constexpr int64_t kFar = std::numeric_limits<int64_t>::max() / 2;
    return std::clamp(exponent, -kFar, kFar) + shift;
  }

  std::string_view text_;
  std::string_view name_;
  size_t at_ = 0;
};

}  // namespace

const Json& Json::at(std::string_view key) const {
  const Json* member = find(key);
  require(member != nullptr, ErrorKind::bad_data, "{}: the key \"{}\" is missing", path_, key);
  return *member;
}

const Json* Json::find(std::string_view key) const {
  for (const auto& [name, member] : object()) {
    if (name == key) {
      return &member;
    }
  }
  return nullptr;
}

int64_t Json::integer() const {
  if (const int64_t* number = std::get_if<int64_t>(&value_)) {
    return *number;
  }
  if (std::holds_alternative<uint64_t>(value_)) {
    expected("a whole number below 2^63");
  }
  expected("a whole number");
}

uint64_t Json::unsigned_integer() const {
  if (const int64_t* number = std::get_if<int64_t>(&value_); number != nullptr && *number >= 0) {
    return static_cast<uint64_t>(*number);
  }
  if (const uint64_t* number = std::get_if<uint64_t>(&value_)) {
    return *number;
  }
  expected("a whole number >= 0");
}

double Json::real() const {
  if (const double* number = std::get_if<double>(&value_)) {
    return *number;
  }
  if (const int64_t* number = std::get_if<int64_t>(&value_)) {
    return static_cast<double>(*number);
  }
  if (const uint64_t* number = std::get_if<uint64_t>(&value_)) {
    return static_cast<double>(*number);
  }
  expected("a number");
}

bool Json::boolean() const {
  if (const bool* flag = std::get_if<bool>(&value_)) {
    return *flag;
  }
  expected("true or false");
}

const std::string& Json::text() const {
  if (const std::string* text = std::get_if<std::string>(&value_)) {
    return *text;
  }
  expected("a string");
}

const Json::Array& Json::array() const {
  if (const Array* items = std::get_if<Array>(&value_)) {
    return *items;
  }
  expected("an array");
}

const Json::Object& Json::object() const {
  if (const Object* members = std::get_if<Object>(&value_)) {
    return *members;
  }
  expected("an object");
}

void Json::expected(const char* what) const {
  struct Found {
    std::string operator()(std::nullptr_t) const { return "null"; }
    std::string operator()(bool flag) const { return flag ? "true" : "false"; }
    std::string operator()(int64_t number) const { return fmt::format("{}", number); }
    std::string operator()(uint64_t number) const { return fmt::format("{}", number); }
    std::string operator()(double number) const { return fmt::format("{}", number); }
    std::string operator()(const std::string& text) const {
      constexpr size_t kShown = 40;
      if (text.size() <= kShown) {
        return json_escape_lossy(text);
      }
      return json_escape_lossy(text.substr(0, kShown)) + "...";
    }
    std::string operator()(const Array&) const { return "an array"; }
    std::string operator()(const Object&) const { return "an object"; }
  };
  fail(ErrorKind::bad_data, "{}: {} was expected, found {}", path_, what,
       std::visit(Found{}, value_));
}

Json parse_json(std::string_view text, std::string_view name) {
  return Parser(text, name).document();
}

JsonWriter& JsonWriter::begin_object() {
  separate();
  out_ += '{';
  has_items_.push_back(false);
  return *this;
}

JsonWriter& JsonWriter::end_object() {
  YONDER_CHECK(!has_items_.empty() && !after_key_);
  const bool had_items = has_items_.back();
  has_items_.pop_back();
  if (had_items) {
    newline();
  }
  out_ += '}';
  return *this;
}

JsonWriter& JsonWriter::begin_array() {
  separate();
  out_ += '[';
  has_items_.push_back(false);
  return *this;
}

JsonWriter& JsonWriter::end_array() {
  YONDER_CHECK(!has_items_.empty() && !after_key_);
  const bool had_items = has_items_.back();
  has_items_.pop_back();
  if (had_items) {
    newline();
  }
  out_ += ']';
  return *this;
}

JsonWriter& JsonWriter::key(std::string_view name) {
  YONDER_CHECK(!has_items_.empty() && !after_key_);
  value(name);
  out_ += indent_ > 0 ? ": " : ":";
  after_key_ = true;
  return *this;
}

JsonWriter& JsonWriter::value(std::string_view text) {
  YONDER_CHECK(utf8_first_error(text) == std::string_view::npos);
  separate();
  append_escaped(out_, text);
  return *this;
}

JsonWriter& JsonWriter::value(bool flag) { return raw(flag ? "true" : "false"); }

JsonWriter& JsonWriter::value(double number) {
  YONDER_CHECK(std::isfinite(number));
  // fmt writes the shortest digits that read back as the same double; "-0" would read back as the
  // integer 0.
  return raw(number == 0.0 && std::signbit(number) ? "-0.0" : fmt::format("{}", number));
}

JsonWriter& JsonWriter::value(int64_t number) { return raw(fmt::format("{}", number)); }

JsonWriter& JsonWriter::value(uint64_t number) { return raw(fmt::format("{}", number)); }

JsonWriter& JsonWriter::null() { return raw("null"); }

JsonWriter& JsonWriter::bytes(std::string_view bytes) {
  if (utf8_first_error(bytes) == std::string_view::npos) {
    return value(bytes);
  }
  return begin_object().key("base64").value(base64_encode(bytes)).end_object();
}

JsonWriter& JsonWriter::raw(std::string_view json) {
  separate();
  out_ += json;
  return *this;
}

void JsonWriter::separate() {
  if (after_key_) {
    after_key_ = false;
    return;
  }
  if (has_items_.empty()) {
    YONDER_CHECK(out_.empty());  // one document, one value
    return;
  }
  if (has_items_.back()) {
    out_ += ',';
  }
  has_items_.back() = true;
  newline();
}

void JsonWriter::newline() {
  if (indent_ > 0) {
    out_ += '\n';
    out_.append(static_cast<size_t>(indent_) * has_items_.size(), ' ');
  }
}

std::string json_escape_lossy(std::string_view text) {
  std::string out;
  append_escaped(out, utf8_replace_invalid(text));
  return out;
}

}  // namespace yonder
