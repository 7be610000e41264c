// SPDX-License-Identifier: Apache-2.0
// Small JSON documents: settings, headers of our files, --json output. Strict both ways: duplicate
// keys, depth above 64, non-finite numbers and invalid UTF-8 are errors with a byte offset.
// Not for bulk data (vocabularies, JSON lines): those use simdjson.
//
//   Json j = parse_json(text, "head");
//   int64_t order = j.at("order").integer();
//   JsonWriter w; w.begin_object(); w.key("order").value(6); w.end_object(); w.str();
//
// Objects keep their order. Errors: Error(bad_data) naming the document and the path, e.g.
// "counts.ync: head: /order: a whole number was expected, found \"six\"". Test: json_test.cpp.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace yonder {

class Json {
 public:
  using Array = std::vector<Json>;
  using Object = std::vector<std::pair<std::string, Json>>;
  using Value =
      std::variant<std::nullptr_t, bool, int64_t, uint64_t, double, std::string, Array, Object>;

  Json() = default;
  Json(Value value, std::string path) : value_(std::move(value)), path_(std::move(path)) {}

  /// The member; throws if this is no object or has no such key.
  const Json& at(std::string_view key) const;
  /// The member or null.
  const Json* find(std::string_view key) const;
  /// The value, if it is of this kind; else Error(bad_data) saying what was expected. A number is
  /// whole when it is written without point and exponent; real() takes whole numbers too.
  int64_t integer() const;
  uint64_t unsigned_integer() const;
  double real() const;
  bool boolean() const;
  const std::string& text() const;
  const Array& array() const;
  const Object& object() const;
  /// Whatever it is, for code that handles every kind.
  const Value& value() const { return value_; }
  /// Where the value stands, for messages: "<document>: /a/b".
  const std::string& path() const { return path_; }

 private:
  [[noreturn]] void expected(const char* what) const;
  Value value_ = nullptr;
  std::string path_;  // "<document>: /a/b", for messages
};

/// name: how the document is called in messages.
Json parse_json(std::string_view text, std::string_view name);

/// Writes JSON text; indent 0 = one line. Strings must be UTF-8 (Error(internal) otherwise: pass
/// arbitrary bytes through base64 or json_escape_lossy first). Doubles print shortest-round-trip.
class JsonWriter {
 public:
  explicit JsonWriter(int indent = 0) : indent_(indent) {}
  JsonWriter& begin_object();
  JsonWriter& end_object();
  JsonWriter& begin_array();
  JsonWriter& end_array();
  JsonWriter& key(std::string_view name);
  JsonWriter& value(std::string_view text);
  JsonWriter& value(const char* text) { return value(std::string_view(text)); }
  JsonWriter& value(bool flag);
  JsonWriter& value(double number);
  JsonWriter& value(int64_t number);
  JsonWriter& value(uint64_t number);
  JsonWriter& value(int number) { return value(static_cast<int64_t>(number)); }
  JsonWriter& value(uint32_t number) { return value(static_cast<uint64_t>(number)); }
  JsonWriter& null();
  /// Any bytes: a string where they are UTF-8, else {"base64": "..."}.
  JsonWriter& bytes(std::string_view bytes);
  /// Text that is JSON already.
  JsonWriter& raw(std::string_view json);
  const std::string& str() const { return out_; }

 private:
  void separate();
  void newline();
  int indent_;
  std::string out_;
  std::vector<bool> has_items_;
  bool after_key_ = false;
};

/// `text` as a JSON string with quotes; bytes that are not UTF-8 become U+FFFD.
std::string json_escape_lossy(std::string_view text);

}  // namespace yonder
