// SPDX-License-Identifier: Apache-2.0
// For tests of what rewrites texts: random texts, and everything that NormalizedText promises.
#pragma once

#include "yonder/tokenizer/normalizer.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <string>
#include <string_view>
#include <vector>

namespace yonder::tokenizer {

/// Texts of characters that rules treat specially, and of stray bytes.
inline rc::Gen<std::string> gen_tricky_text() {
  static const std::vector<std::string> kUnits = {
      "a",      " ",      "  ",     "\t",         "\r\n",   "Hello",      "12",
      "'s",     "\u00A0", "\u00E9", "e\u0301",    "\u0301", "a\u0300",    "\u1100\u1161",
      "\uFB01", "\u2460", "\u00BD", "\u0130",     "\u03A3", "\uFF76",     "\uFF9E",
      "\u200B", "\u200D", "\u2581", "\u3000",     "\u4E2D", "\U0001F468", "\U0001F1E9",
      "<s>",    "\x01",   "\xFF",   "\xE4\xB8",   "\x80",   "\xCC",       "\u0600",
      "\u0344", "\uF900", "\u0898", "\U00011938", "."};
  return rc::gen::map(rc::gen::container<std::vector<std::string>>(rc::gen::elementOf(kUnits)),
                      [](const std::vector<std::string>& units) {
                        std::string text;
                        for (const std::string& unit : units) {
                          text += unit;
                        }
                        return text;
                      });
}

/// The promises of normalizer.h: stretches, unchanged bytes, monotone ways back.
inline void expect_map_is_right(const NormalizedText& text, std::string_view original) {
  ASSERT_EQ(text.original_size, original.size());
  ASSERT_EQ(text.stretches.empty(), text.bytes.empty());
  for (size_t i = 0; i < text.stretches.size(); ++i) {
    const NormalizedStretch& stretch = text.stretches[i];
    const bool last = i + 1 == text.stretches.size();
    const uint64_t end = last ? text.bytes.size() : text.stretches[i + 1].start;
    const uint64_t original_end = last ? original.size() : text.stretches[i + 1].original;
    ASSERT_LE(stretch.start, end);
    ASSERT_LE(stretch.original, original_end);
    if (i == 0) {
      ASSERT_EQ(stretch.start + stretch.original, 0U);
    }
    if (!stretch.changed) {
      ASSERT_LT(stretch.start, end);
      ASSERT_EQ(text.bytes.substr(stretch.start, end - stretch.start),
                original.substr(stretch.original, original_end - stretch.original));
      ASSERT_TRUE(i == 0 || text.stretches[i - 1].changed);
    }
  }
  for (uint64_t offset = 0; offset < text.bytes.size(); ++offset) {
    ASSERT_LE(text.original_start(offset), text.original_start(offset + 1));
    ASSERT_LE(text.original_end(offset), text.original_end(offset + 1));
    ASSERT_LE(text.original_start(offset), text.original_end(offset + 1));
  }
}

}  // namespace yonder::tokenizer
