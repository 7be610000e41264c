// SPDX-License-Identifier: Apache-2.0
// Any bytes into parse_json: an Error(bad_data), or a document that says the same when it is
// written and read again.
#include "yonder/base/error.h"
#include "yonder/base/json.h"

#include <cstdint>
#include <string>

namespace {

using yonder::Json;
using yonder::JsonWriter;

void write(JsonWriter& writer, const Json& json) {
  struct Visitor {
    JsonWriter& w;
    void operator()(std::nullptr_t) const { w.null(); }
    void operator()(bool value) const { w.value(value); }
    void operator()(int64_t value) const { w.value(value); }
    void operator()(uint64_t value) const { w.value(value); }
    void operator()(double value) const { w.value(value); }
    void operator()(const std::string& value) const { w.value(value); }
    void operator()(const Json::Array& items) const {
      w.begin_array();
      for (const Json& item : items) {
        write(w, item);
      }
      w.end_array();
    }
    void operator()(const Json::Object& members) const {
      w.begin_object();
      for (const auto& [key, member] : members) {
        w.key(key);
        write(w, member);
      }
      w.end_object();
    }
  };
  std::visit(Visitor{writer}, json.value());
}

std::string written(const Json& json, int indent) {
  JsonWriter writer(indent);
  write(writer, json);
  return writer.str();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  Json json;
  try {
    json = yonder::parse_json(text, "input");
  } catch (const yonder::Error& error) {
    YONDER_CHECK(error.kind == yonder::ErrorKind::bad_data);
    return 0;
  }
  const std::string once = written(json, 0);
  YONDER_CHECK(written(yonder::parse_json(once, "written"), 0) == once);
  YONDER_CHECK(written(yonder::parse_json(written(json, 2), "indented"), 0) == once);
  return 0;
}
