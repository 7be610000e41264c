// SPDX-License-Identifier: Apache-2.0
// Byte spans of tokens counted in the units of other programs: characters (Python), UTF-16 units
// (JavaScript, Java, C#).
//
//   tokenizer.encode_with_offsets(text, ids, offsets);
//   convert_offsets(text, "code-points", offsets);
//
// Not for indexing bytes: a span that cuts a character is widened to it. Test: offsets_test.cpp.
#pragma once

#include "yonder/tokenizer/tokenizer.h"

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace yonder::tokenizer {

/// "bytes", "code-points", "utf16", for OptionVisitor::choice.
const std::vector<std::string>& offset_units();

/// Changes byte offsets in `text` into counts of `unit`. Bytes that are no UTF-8 count as one unit
/// each; an empty span stays empty. Every offset must lie within the text. Throws Error(bad_option)
/// for another unit. Cost: one pass over the text, 16 bytes of memory per byte of it.
void convert_offsets(std::string_view text, const std::string& unit, std::span<Offset> offsets);

}  // namespace yonder::tokenizer
