// SPDX-License-Identifier: Apache-2.0
// For normalizers that look at each character by itself.
#pragma once

#include "yonder/base/utf8.h"
#include "yonder/tokenizer/rules/text_rewriter.h"

#include <string_view>

namespace yonder::tokenizer {

/// Replaces each character by what f(character, bytes) gives: `bytes` itself to keep it, empty to
/// remove it. The character is -1 for a byte that belongs to none. ASCII for which
/// `ascii_stays(byte)` is true is not asked about.
template <typename Stays, typename F>
void map_characters(NormalizedText& text, Stays&& ascii_stays, F&& f) {
  const std::string_view bytes = text.bytes;
  TextRewriter rewrite(text);
  size_t kept = 0;  // bytes kept before i, not yet handed over
  for (size_t i = 0; i < bytes.size();) {
    if (static_cast<unsigned char>(bytes[i]) < 0x80 && ascii_stays(bytes[i])) {
      ++kept;
      ++i;
      continue;
    }
    const Utf8Unit unit = utf8_at(bytes, i);
    const std::string_view old = bytes.substr(i, unit.length);
    const std::string_view now = f(unit.code_point, old);
    i += unit.length;
    if (now == old) {
      kept += unit.length;
      continue;
    }
    rewrite.keep(kept);
    kept = 0;
    if (now.empty()) {
      rewrite.remove(unit.length);
    } else {
      rewrite.replace(unit.length, now);
    }
  }
  if (kept < bytes.size()) {
    rewrite.keep(kept);
    text = rewrite.finish();
  }
}

}  // namespace yonder::tokenizer
