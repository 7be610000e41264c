// SPDX-License-Identifier: Apache-2.0
// Options as JSON, both ways: what is written beside every result, and what a request of the web
// app sets. Test: options_json_test.cpp.
#include "yonder/base/error.h"
#include "yonder/base/json.h"
#include "yonder/base/options.h"

#include <fmt/format.h>

#include <algorithm>

namespace yonder {
namespace {

class ToJson final : public OptionVisitor {
 public:
  ToJson() { json_.begin_object(); }
  std::string finish() {
    json_.end_object();
    return json_.str();
  }
  void flag(const char* name, bool& value, const char*) override { json_.key(name).value(value); }
  void integer(const char* name, int64_t& value, int64_t low, int64_t high, const char*) override {
    check_range(name, value, low, high);
    json_.key(name).value(value);
  }
  void bytes(const char* name, int64_t& value, int64_t low, int64_t high,
             const char* help) override {
    integer(name, value, low, high, help);
  }
  void seed(const char* name, uint64_t& value, const char*) override {
    json_.key(name).value(value);
  }
  void real(const char* name, double& value, double low, double high, const char*) override {
    check_range(name, value, low, high);
    json_.key(name).value(value);
  }
  // A path may hold any bytes; for a record of what was run its readable form is enough.
  void text(const char* name, std::string& value, const char*) override {
    json_.key(name).raw(json_escape_lossy(value));
  }
  void path(const char* name, std::string& value, const char* help) override {
    text(name, value, help);
  }
  void choice(const char* name, std::string& value, const std::vector<std::string>& names,
              const char*) override {
    check_choice(name, value, names);
    json_.key(name).value(value);
  }
  void list(const char* name, std::vector<std::string>& value, const char*) override {
    json_.key(name).begin_array();
    for (const std::string& item : value) {
      json_.raw(json_escape_lossy(item));
    }
    json_.end_array();
  }
  void integers(const char* name, std::vector<int64_t>& value, int64_t low, int64_t high,
                const char*) override {
    json_.key(name).begin_array();
    for (const int64_t item : value) {
      check_range(name, item, low, high);
      json_.value(item);
    }
    json_.end_array();
  }

 private:
  JsonWriter json_;
};

// What stands at an option, for a message that says what was expected instead.
std::string shown(const Json& json) {
  struct Visitor {
    std::string operator()(std::nullptr_t) const { return "null"; }
    std::string operator()(bool value) const { return value ? "true" : "false"; }
    std::string operator()(int64_t value) const { return fmt::format("{}", value); }
    std::string operator()(uint64_t value) const { return fmt::format("{}", value); }
    std::string operator()(double value) const { return fmt::format("{}", value); }
    std::string operator()(const std::string& value) const { return fmt::format("\"{}\"", value); }
    std::string operator()(const Json::Array&) const { return "a list"; }
    std::string operator()(const Json::Object&) const { return "an object"; }
  };
  return std::visit(Visitor{}, json.value());
}

[[noreturn]] void expected(const char* name, const Json& found, const char* what) {
  fail(ErrorKind::bad_option, "--{} is {}; {} was expected", name, shown(found), what);
}

class FromJson final : public OptionVisitor {
 public:
  FromJson(const Json::Object& members, std::span<const std::string_view> leave_out)
      : members_(members), leave_out_(leave_out) {}

  /// Complains about members that no option has taken.
  void finish() const {
    for (const auto& [key, value] : members_) {
      if (std::find(names_.begin(), names_.end(), key) != names_.end()) {
        continue;
      }
      const std::string nearest = nearest_name(key, names_);
      if (nearest.empty()) {
        fail(ErrorKind::bad_option, "there is no option \"{}\" here; the options are {}", key,
             fmt::join(names_, ", "));
      }
      fail(ErrorKind::bad_option, "there is no option \"{}\" here; did you mean \"{}\"?", key,
           nearest);
    }
  }

  void flag(const char* name, bool& value, const char*) override {
    if (const Json* given = take(name)) {
      const bool* flag = std::get_if<bool>(&given->value());
      if (flag == nullptr) {
        expected(name, *given, "true or false");
      }
      value = *flag;
    }
  }
  void integer(const char* name, int64_t& value, int64_t low, int64_t high, const char*) override {
    if (const Json* given = take(name)) {
      value = whole(name, *given, 1000, low, high);
    }
  }
  void bytes(const char* name, int64_t& value, int64_t low, int64_t high, const char*) override {
    if (const Json* given = take(name)) {
      value = whole(name, *given, 1024, low, high);
    }
  }
  void seed(const char* name, uint64_t& value, const char*) override {
    const Json* given = take(name);
    if (given == nullptr) {
      return;
    }
    if (const uint64_t* large = std::get_if<uint64_t>(&given->value())) {
      value = *large;
    } else if (const int64_t* number = std::get_if<int64_t>(&given->value())) {
      value = parse_seed_option(name, fmt::format("{}", *number));
    } else if (const std::string* text = std::get_if<std::string>(&given->value())) {
      value = parse_seed_option(name, *text);
    } else {
      expected(name, *given, "a whole number between 0 and 2^64-1");
    }
  }
  void real(const char* name, double& value, double low, double high, const char*) override {
    const Json* given = take(name);
    if (given == nullptr) {
      return;
    }
    if (const std::string* text = std::get_if<std::string>(&given->value())) {
      value = parse_real_option(name, *text);
    } else if (std::holds_alternative<double>(given->value()) ||
               std::holds_alternative<int64_t>(given->value()) ||
               std::holds_alternative<uint64_t>(given->value())) {
      value = given->real();
    } else {
      expected(name, *given, "a number such as 0.1");
    }
    const bool bounded = high < std::numeric_limits<double>::max();
    check_range(name, value, low, bounded ? high : std::numeric_limits<double>::infinity());
  }
  void text(const char* name, std::string& value, const char*) override {
    if (const Json* given = take(name)) {
      value = text_of(name, *given);
    }
  }
  void path(const char* name, std::string& value, const char* help) override {
    text(name, value, help);
  }
  void choice(const char* name, std::string& value, const std::vector<std::string>& names,
              const char*) override {
    if (const Json* given = take(name)) {
      const std::string& text = text_of(name, *given);
      check_choice(name, text, names);
      value = text;
    }
  }
  void list(const char* name, std::vector<std::string>& value, const char*) override {
    if (const Json* given = take(name)) {
      std::vector<std::string> items;
      for (const Json& item : array_of(name, *given, "a list of texts")) {
        items.push_back(text_of(name, item));
      }
      value = std::move(items);
    }
  }
  void integers(const char* name, std::vector<int64_t>& value, int64_t low, int64_t high,
                const char*) override {
    const Json* given = take(name);
    if (given == nullptr) {
      return;
    }
    if (const std::string* text = std::get_if<std::string>(&given->value())) {
      value = parse_whole_list_option(name, *text, low, high);
      return;
    }
    std::vector<int64_t> items;
    for (const Json& item : array_of(name, *given, "a list of whole numbers")) {
      items.push_back(whole(name, item, 1000, low, high));
    }
    value = std::move(items);
  }

 private:
  // The member of that name, if there is one.
  const Json* take(const char* name) {
    if (std::find(leave_out_.begin(), leave_out_.end(), name) != leave_out_.end()) {
      return nullptr;
    }
    names_.emplace_back(name);
    for (const auto& [key, value] : members_) {
      if (key == name) {
        return &value;
      }
    }
    return nullptr;
  }

  static int64_t whole(const char* name, const Json& json, int64_t unit, int64_t low,
                       int64_t high) {
    if (const int64_t* number = std::get_if<int64_t>(&json.value())) {
      check_range(name, *number, low, high);
      return *number;
    }
    if (std::holds_alternative<std::string>(json.value()) ||
        std::holds_alternative<uint64_t>(json.value()) ||
        std::holds_alternative<double>(json.value())) {
      const std::string* text = std::get_if<std::string>(&json.value());
      return parse_whole_option(name, text != nullptr ? *text : shown(json), unit, low, high);
    }
    expected(name, json, "a whole number");
  }

  static const std::string& text_of(const char* name, const Json& json) {
    const std::string* text = std::get_if<std::string>(&json.value());
    if (text == nullptr) {
      expected(name, json, "a text");
    }
    return *text;
  }

  static const Json::Array& array_of(const char* name, const Json& json, const char* what) {
    const Json::Array* items = std::get_if<Json::Array>(&json.value());
    if (items == nullptr) {
      expected(name, json, what);
    }
    return *items;
  }

  const Json::Object& members_;
  std::span<const std::string_view> leave_out_;
  std::vector<std::string> names_;
};

}  // namespace

std::string options_to_json(const std::function<void(OptionVisitor&)>& visit) {
  ToJson visitor;
  visit(visitor);
  return visitor.finish();
}

void options_from_json(const Json& object, const std::function<void(OptionVisitor&)>& visit,
                       std::span<const std::string_view> leave_out) {
  FromJson visitor(object.object(), leave_out);
  visit(visitor);
  visitor.finish();
}

}  // namespace yonder
