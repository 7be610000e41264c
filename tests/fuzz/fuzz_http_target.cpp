// SPDX-License-Identifier: Apache-2.0
// Any bytes into parse_target: an Error(bad_data), or segments and a query that say the same when
// they are encoded and parsed again, and of which none could leave a folder.
#include "web/server/target.h"
#include "yonder/base/error.h"

#include <cstdint>
#include <string>

namespace {

using yonder::web::percent_encode;
using yonder::web::Target;

std::string encoded(const Target& target) {
  std::string text;
  for (const std::string& segment : target.segments) {
    text += "/" + percent_encode(segment);
  }
  if (text.empty()) {
    text = "/";
  }
  char separator = '?';
  for (const auto& [name, value] : target.query) {
    text += separator + percent_encode(name) + "=" + percent_encode(value);
    separator = '&';
  }
  return text;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  Target target;
  try {
    target = yonder::web::parse_target(std::string_view(reinterpret_cast<const char*>(data), size));
  } catch (const yonder::Error& error) {
    YONDER_CHECK(error.kind == yonder::ErrorKind::bad_data);
    return 0;
  }
  for (const std::string& segment : target.segments) {
    YONDER_CHECK(!segment.empty() && segment != "." && segment != "..");
    YONDER_CHECK(segment.find_first_of(std::string_view("/\\\0\r\n", 5)) == std::string::npos);
  }
  const Target again = yonder::web::parse_target(encoded(target));
  YONDER_CHECK(again.segments == target.segments && again.query == target.query);
  return 0;
}
