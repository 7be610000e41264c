// SPDX-License-Identifier: Apache-2.0
// The target of a request, "/api/texts/t1?x=a%20b", in its parts.
//
// Nothing here ever becomes a path of a file; the parser is strict so that what is odd is refused
// early and with an honest word: only the form that begins with "/", printable ASCII, well-formed
// percent escapes, and no segment that is empty, "." or "..", or holds "/", "\" or a control
// character after decoding. Test: target_test.cpp; fuzzed by tests/fuzz/fuzz_http_target.cpp.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace yonder::web {

struct Target {
  std::vector<std::string> segments;                       ///< decoded; none for "/"
  std::vector<std::pair<std::string, std::string>> query;  ///< decoded, in order
};

/// Throws Error(bad_data) saying what is wrong and where.
Target parse_target(std::string_view target);

/// "a%20b" -> "a b". Throws Error(bad_data) where % is not followed by two hex digits; `what` names
/// the text in the message.
std::string percent_decode(std::string_view text, std::string_view what);

/// Every byte but letters, digits and "-._~" as %HH (RFC 3986, 2.3).
std::string percent_encode(std::string_view bytes);

}  // namespace yonder::web
