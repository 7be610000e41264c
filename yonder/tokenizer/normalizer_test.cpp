// SPDX-License-Identifier: Apache-2.0
#include "yonder/tokenizer/normalizer.h"

#include "tests/error_text.h"
#include "yonder/base/utf8.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace yonder::tokenizer {
namespace {

using testing::HasSubstr;

// Texts of characters that compose, decompose, reorder or do none of these, and of stray bytes.
rc::Gen<std::string> gen_text() {
  static const std::vector<std::string> kUnits = {
      "a",      "e",          " ",          "\n",     "\u00E9", "\u0301",   "\u0327", "\u0344",
      "\u212B", "\u1100",     "\u1161",     "\u11A8", "\uAC00", "\uAC01",   "\u304B", "\u3099",
      "\u4E2D", "\uF900",     "\u0958",     "\u0928", "\u093C", "\u09C7",   "\u09BE", "\u0F73",
      "\u0F71", "\U0001F600", "\U0001D15E", "\xFF",   "\xE4",   "\xE4\xB8", "\x80",   "\xCC"};
  return rc::gen::map(rc::gen::container<std::vector<std::string>>(rc::gen::elementOf(kUnits)),
                      [](const std::vector<std::string>& units) {
                        std::string text;
                        for (const std::string& unit : units) {
                          text += unit;
                        }
                        return text;
                      });
}

TEST(Normalizer, KeepsEveryByteUnlessAsked) {
  const std::string text = "e\u0301\xFF";
  for (const char* how : {"none", "model"}) {
    const NormalizedText normalized = normalize_text(text, how);
    EXPECT_EQ(normalized.bytes, text);
    for (uint64_t offset = 0; offset <= text.size(); ++offset) {
      EXPECT_EQ(normalized.original_start(offset), offset);
      EXPECT_EQ(normalized.original_end(offset), offset);
    }
  }
}

TEST(Normalizer, MapsAChangedStretchAsAWhole) {
  // "ae\u0301b": bytes a e CC 81 b; normalised a C3 A9 b.
  const NormalizedText normalized = normalize_text("ae\u0301b", "nfc");
  EXPECT_EQ(normalized.bytes,
            "a\u00E9"
            "b");
  const std::vector<uint64_t> starts = {0, 1, 1, 4, 5};
  const std::vector<uint64_t> ends = {0, 1, 4, 4, 5};
  for (uint64_t offset = 0; offset < 5; ++offset) {
    EXPECT_EQ(normalized.original_start(offset), starts[offset]) << offset;
    EXPECT_EQ(normalized.original_end(offset), ends[offset]) << offset;
  }
}

TEST(Normalizer, MapsUnchangedCharactersByteForByte) {
  const std::string text = "\u4ECA\u5929 \uAC00\uAC01";
  const NormalizedText normalized = normalize_text(text, "nfc");
  EXPECT_EQ(normalized.bytes, text);
  ASSERT_EQ(normalized.stretches.size(), 1U);
  EXPECT_EQ(normalized.original_start(4), 4U);
}

TEST(Normalizer, OfNothingIsNothing) {
  const NormalizedText normalized = normalize_text("", "nfc");
  EXPECT_EQ(normalized.original_start(0), 0U);
  EXPECT_EQ(normalized.original_end(0), 0U);
}

TEST(Normalizer, NamesTheNearestFormOnAnUnknownOne) {
  EXPECT_THAT(error_text(ErrorKind::bad_option, [] { normalize_text("", "nfcc"); }),
              HasSubstr("nfc"));
}

RC_GTEST_PROP(Normalizer, GivesFormC, ()) {
  const std::string text = *gen_text();
  RC_ASSERT(normalize_text(text, "nfc").bytes == nfc(text));
}

RC_GTEST_PROP(Normalizer, DescribesTheTextByItsStretches, ()) {
  const std::string text = *gen_text();
  const NormalizedText normalized = normalize_text(text, "nfc");
  const auto& stretches = normalized.stretches;
  RC_ASSERT(normalized.original_size == text.size());
  for (size_t i = 0; i < stretches.size(); ++i) {
    const bool final = i + 1 == stretches.size();
    const uint64_t end = final ? normalized.bytes.size() : stretches[i + 1].start;
    const uint64_t original_end = final ? text.size() : stretches[i + 1].original;
    const std::string after = normalized.bytes.substr(stretches[i].start, end - stretches[i].start);
    const std::string before =
        text.substr(stretches[i].original, original_end - stretches[i].original);
    RC_ASSERT(nfc(before) == after);
    RC_ASSERT(stretches[i].changed == (before != after));
  }
}

RC_GTEST_PROP(Normalizer, WidensSpansAndKeepsTheirOrder, ()) {
  const std::string text = *gen_text();
  const NormalizedText normalized = normalize_text(text, "nfc");
  uint64_t start_before = 0;
  uint64_t end_before = 0;
  for (uint64_t offset = 0; offset <= normalized.bytes.size(); ++offset) {
    const uint64_t start = normalized.original_start(offset);
    const uint64_t end = normalized.original_end(offset);
    RC_ASSERT(start_before <= start);
    RC_ASSERT(end_before <= end);
    RC_ASSERT(start <= end);
    RC_ASSERT(end <= text.size());
    start_before = start;
    end_before = end;
  }
  RC_ASSERT(start_before == text.size());
}

RC_GTEST_PROP(Normalizer, MayLetGoOfAPrefixWhateverFollows, ()) {
  const std::string text = *gen_text();
  const std::string more = *gen_text();
  const size_t cut = normalizable_prefix(text, "nfc");
  RC_ASSERT(cut <= text.size());
  RC_ASSERT(nfc(text.substr(0, cut)) + nfc(text.substr(cut) + more) == nfc(text + more));
}

TEST(Normalizer, LetsGoOfAllButTheLastCharacter) {
  EXPECT_EQ(normalizable_prefix("\u4ECA\u5929", "nfc"), 3U);
  EXPECT_EQ(normalizable_prefix("ab\xE4", "nfc"), 1U);
  EXPECT_EQ(normalizable_prefix("abe\u0301", "nfc"), 2U);
  EXPECT_EQ(normalizable_prefix("e\u0301", "none"), 3U);
}

}  // namespace
}  // namespace yonder::tokenizer
