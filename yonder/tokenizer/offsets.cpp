// SPDX-License-Identifier: Apache-2.0
#include "yonder/tokenizer/offsets.h"

#include "yonder/base/options.h"
#include "yonder/base/utf8.h"

#include <cstddef>
#include <cstdint>

namespace yonder::tokenizer {

const std::vector<std::string>& offset_units() {
  static const std::vector<std::string> units = {"bytes", "code-points", "utf16"};
  return units;
}

void convert_offsets(std::string_view text, const std::string& unit, std::span<Offset> offsets) {
  check_choice("offset-unit", unit, offset_units());
  if (unit == "bytes") {
    return;
  }
  // before[i]: units that end at or before byte i; begun[i]: units that begin before byte i.
  std::vector<uint64_t> before(text.size() + 1);
  std::vector<uint64_t> begun(text.size() + 1);
  uint64_t count = 0;
  for (size_t i = 0; i < text.size();) {
    const Utf8Unit character = utf8_at(text, i);
    const uint64_t units = unit == "utf16" && character.code_point >= 0x10000 ? 2 : 1;
    before[i] = begun[i] = count;
    for (size_t inside = i + 1; inside < i + character.length; ++inside) {
      before[inside] = count;
      begun[inside] = count + units;
    }
    count += units;
    i += character.length;
  }
  before[text.size()] = begun[text.size()] = count;
  for (Offset& offset : offsets) {
    const bool empty = offset.start == offset.end;
    offset.start = before[offset.start];
    offset.end = empty ? offset.start : begun[offset.end];
  }
}

}  // namespace yonder::tokenizer
