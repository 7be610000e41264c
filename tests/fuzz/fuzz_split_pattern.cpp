// SPDX-License-Identifier: Apache-2.0
// Any first line as an expression, matched in the rest: an Error(bad_data), or matches that are not
// empty, do not overlap and lie within the text.
#include "yonder/base/error.h"
#include "yonder/tokenizer/rules/split_pattern.h"

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const size_t line = std::min(input.find('\n'), input.size());
  const std::string_view text = input.substr(std::min(line + 1, input.size()));
  std::vector<yonder::tokenizer::ByteSpan> matches;
  try {
    yonder::tokenizer::SplitPattern(std::string(input.substr(0, line))).find_all(text, matches);
  } catch (const yonder::Error& error) {
    YONDER_CHECK(error.kind == yonder::ErrorKind::bad_data);
  }
  size_t at = 0;
  for (const auto& match : matches) {
    YONDER_CHECK(at <= match.begin && match.begin < match.end && match.end <= text.size());
    at = match.end;
  }
  return 0;
}
