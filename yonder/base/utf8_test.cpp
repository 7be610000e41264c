// SPDX-License-Identifier: Apache-2.0
#include "yonder/base/utf8.h"

#include "tests/error_text.h"
#include "yonder/base/random.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>
#include <utf8proc.h>

#include <chrono>
#include <cstdlib>
#include <vector>

namespace yonder {
namespace {

bool is_scalar(int32_t c) { return c >= 0 && c <= 0x10FFFF && (c < 0xD800 || c > 0xDFFF); }

TEST(Utf8, DecodesWhatItAppendsForEveryCharacter) {
  for (int32_t c = 0; c <= 0x10FFFF; ++c) {
    if (!is_scalar(c)) {
      continue;
    }
    std::string text;
    utf8_append(text, c);
    const Utf8Unit unit = utf8_at(text, 0);
    ASSERT_EQ(unit.code_point, c);
    ASSERT_EQ(unit.length, text.size());
    ASSERT_EQ(text.size(), c < 0x80 ? 1U : c < 0x800 ? 2U : c < 0x10000 ? 3U : 4U);
  }
}

TEST(Utf8, AppendsOnlyScalarValues) {
  std::string out;
  for (const int32_t c : {-1, 0xD800, 0xDFFF, 0x110000}) {
    error_text(ErrorKind::internal, [&] { utf8_append(out, c); });
  }
}

// Every string of up to three bytes: valid exactly when it is the encoding of scalar values.
TEST(Utf8, AcceptsExactlyTheShortestForms) {
  size_t valid = 0;
  for (int a = 0x80; a < 0x100; ++a) {
    for (int b = 0; b < 0x100; ++b) {
      for (int c = 0x7F; c < 0xC1; ++c) {
        const std::string text = {static_cast<char>(a), static_cast<char>(b), static_cast<char>(c)};
        const Utf8Unit unit = utf8_at(text, 0);
        if (unit.code_point < 0) {
          ASSERT_EQ(unit.length, 1U);
          continue;
        }
        std::string again;
        utf8_append(again, unit.code_point);
        ASSERT_EQ(text.substr(0, unit.length), again);
        valid += unit.length == 3 ? 1 : 0;
      }
    }
  }
  EXPECT_EQ(valid, 0x10000U - 0x800U - 0x800U);  // less one- and two-byte forms, less surrogates
}

TEST(Utf8, RejectsTheRfcsInvalidSequences) {
  // RFC 3629, sections 3 and 10: overlong forms, surrogates, beyond U+10FFFF, lone bytes.
  for (const char* text :
       {"\xC0\x80", "\xC1\xBF", "\xE0\x80\x80", "\xE0\x9F\xBF", "\xED\xA0\x80", "\xED\xBF\xBF",
        "\xF0\x80\x80\x80", "\xF0\x8F\xBF\xBF", "\xF4\x90\x80\x80", "\xF5\x80\x80\x80", "\xFE",
        "\xFF", "\x80", "\xBF", "\xC2", "\xE2\x82", "\xF0\x9F\x98", "\xC2\x41"}) {
    EXPECT_EQ(utf8_first_error(text), 0U);
    EXPECT_EQ(utf8_at(text, 0).code_point, -1);
    EXPECT_EQ(utf8_at(text, 0).length, 1U);
  }
}

TEST(Utf8, FirstErrorIsAnOffset) {
  EXPECT_EQ(utf8_first_error(""), std::string_view::npos);
  EXPECT_EQ(utf8_first_error("a\xE2\x82\xAC\xF0\x9F\x98\x80 plain text, long enough"),
            std::string_view::npos);
  EXPECT_EQ(utf8_first_error("0123456789abcdef\xE2\x82"), 16U);
  EXPECT_EQ(utf8_first_error("01234567\xFFgh"), 8U);
}

TEST(Utf8, DropInvalidAgreesWithCpython) {
  // Python 3.11: bytes.decode("utf-8", errors="ignore").
  EXPECT_EQ(utf8_drop_invalid("a\xE2\x82z\x80\xED\xA0\x80y\xF0\x9F\x98"), "azy");
  EXPECT_EQ(utf8_drop_invalid("\xE2\x82\xAC\xC3"), "\xE2\x82\xAC");
  EXPECT_EQ(utf8_drop_invalid("\xF0\x80\x80\x41\xC0\xAF"), "A");
}

TEST(Utf8, ReplaceInvalidAgreesWithTheStandardsTable) {
  // Unicode 15.0, tables 3-8 to 3-11: one U+FFFD for each maximal subpart.
  const std::string r = "\xEF\xBF\xBD";
  EXPECT_EQ(utf8_replace_invalid("\xC0\xAF\xE0\x80\xBF\xF0\x81\x82\x41"),
            r + r + r + r + r + r + r + r + "A");
  EXPECT_EQ(utf8_replace_invalid("\xED\xA0\x80\xED\xBF\xBF\xED\xAF\x41"),
            r + r + r + r + r + r + r + r + "A");
  EXPECT_EQ(utf8_replace_invalid("\xF4\x91\x92\x93\xFF\x41\x80\xBF\x42"),
            r + r + r + r + r + "A" + r + r + "B");
  EXPECT_EQ(utf8_replace_invalid("\xE1\x80\xE2\xF0\x91\x92\xF1\xBF\x41"), r + r + r + r + "A");
}

TEST(Utf8, IncompleteSuffixIsWhatMoreBytesCouldComplete) {
  EXPECT_EQ(utf8_incomplete_suffix(""), 0U);
  EXPECT_EQ(utf8_incomplete_suffix("abc"), 0U);
  EXPECT_EQ(utf8_incomplete_suffix("\xE2\x82\xAC"), 0U);
  EXPECT_EQ(utf8_incomplete_suffix("a\xC3"), 1U);
  EXPECT_EQ(utf8_incomplete_suffix("a\xE2\x82"), 2U);
  EXPECT_EQ(utf8_incomplete_suffix("a\xF0\x9F\x98"), 3U);
  EXPECT_EQ(utf8_incomplete_suffix("\xE0\x80"), 0U);  // overlong: nothing completes it
  EXPECT_EQ(utf8_incomplete_suffix("\xED\xA0"), 0U);  // a surrogate
  EXPECT_EQ(utf8_incomplete_suffix("\xFF"), 0U);
  EXPECT_EQ(utf8_incomplete_suffix("\x80\x80\x80\x80"), 0U);
  EXPECT_EQ(utf8_incomplete_suffix("\xC3\x80\x80"), 0U);
}

RC_GTEST_PROP(Utf8, UnitsCoverEveryByteOnce, (const std::vector<uint8_t>& raw)) {
  const std::string bytes(raw.begin(), raw.end());
  std::string valid;
  for (size_t i = 0; i < bytes.size();) {
    const Utf8Unit unit = utf8_at(bytes, i);
    RC_ASSERT(unit.length >= 1 && i + unit.length <= bytes.size());
    if (unit.code_point >= 0) {
      valid += bytes.substr(i, unit.length);
    }
    i += unit.length;
  }
  RC_ASSERT(valid == utf8_drop_invalid(bytes));
  RC_ASSERT(utf8_first_error(valid) == std::string_view::npos);
  RC_ASSERT((utf8_first_error(bytes) == std::string_view::npos) == (valid == bytes));
  RC_ASSERT(utf8_first_error(utf8_replace_invalid(bytes)) == std::string_view::npos);
}

TEST(IsDecimalDigit, IsTheCategoryNd) {
  for (const int32_t c : {0x30, 0x39, 0x0660, 0x0966, 0xFF10, 0x1D7CE}) {
    EXPECT_TRUE(is_decimal_digit(c)) << c;
  }
  for (const int32_t c : {0x61, 0x20, 0x00B2, 0x00BD, 0x2160, 0x4E00, 0x2460, 0x10FFFF}) {
    EXPECT_FALSE(is_decimal_digit(c)) << c;
  }
}

TEST(Nfc, AgreesWithTheStandardsExamples) {
  // Unicode Standard Annex 15, figures 3 to 6 and table 1.
  const std::pair<const char*, const char*> cases[] = {
      {"\u212B", "\u00C5"},                // Angstrom sign
      {"\u2126", "\u03A9"},                // Ohm sign
      {"A\u030A", "\u00C5"},               // composes
      {"s\u0323\u0307", "\u1E69"},         // two marks compose
      {"\u1E0B\u0323", "\u1E0D\u0307"},    // reorders
      {"q\u0307\u0323", "q\u0323\u0307"},  // only reorders
      {"\uFB01", "\uFB01"},                // compatibility characters stay
      {"2\u2075", "2\u2075"},
      {"\u1112\u1161\u11AB", "\uD55C"},        // Hangul
      {"\u0958", "\u0915\u093C"},              // composition exclusion
      {"\U0001D15E", "\U0001D157\U0001D165"},  // excluded, outside the first plane
      {"\uF900", "\u8C48"},                    // singleton onto Han
      {"\u4E00\u0301", "\u4E00\u0301"},
      {"e\u0301\u4ECA\u5929e\u0301", "\u00E9\u4ECA\u5929\u00E9"}};
  for (const auto& [text, expected] : cases) {
    EXPECT_EQ(nfc(text), expected) << text;
  }
}

// Random characters of the blocks where composing, ordering and Hangul happen, against utf8proc's
// own normalisation of the whole text.
TEST(Nfc, AgreesWithUtf8procOnRandomText) {
  const std::pair<int32_t, int32_t> blocks[] = {
      {0x20, 0x7E},     {0xC0, 0x24F},    {0x300, 0x36F},    {0x4E00, 0x4E10},
      {0x900, 0x97F},   {0x9BE, 0x9DF},   {0x1100, 0x11FF},  {0xAC00, 0xAC40},
      {0x1E00, 0x1FFF}, {0xF900, 0xFAFF}, {0x2F800, 0x2F820}};
  Rng rng(3);
  for (int round = 0; round < 20000; ++round) {
    std::string text;
    for (uint64_t k = rng.below(12); k > 0; --k) {
      const auto& [low, high] = blocks[rng.below(std::size(blocks))];
      utf8_append(text,
                  low + static_cast<int32_t>(rng.below(static_cast<uint64_t>(high - low + 1))));
    }
    utf8proc_uint8_t* expected = nullptr;
    const utf8proc_ssize_t size =
        utf8proc_map(reinterpret_cast<const utf8proc_uint8_t*>(text.data()),
                     static_cast<utf8proc_ssize_t>(text.size()), &expected,
                     static_cast<utf8proc_option_t>(UTF8PROC_STABLE | UTF8PROC_COMPOSE));
    ASSERT_GE(size, 0);
    const std::string whole(reinterpret_cast<const char*>(expected), static_cast<size_t>(size));
    std::free(expected);
    ASSERT_EQ(nfc(text), whole) << "round " << round;
  }
}

TEST(Nfc, LeavesInvalidBytesWhereTheyAre) {
  EXPECT_EQ(nfc("\xFF"
                "e\u0301\x80\xE2\x82"),
            "\xFF"
            "\u00E9\x80\xE2\x82");
  EXPECT_EQ(nfc("e\xFF\u0301"), "e\xFF\u0301");
  EXPECT_EQ(nfc(std::string("\0e\u0301\0", 5)), std::string("\0\u00E9\0", 4));
}

// Every assigned character between two letters: form C is idempotent.
TEST(Nfc, IsIdempotentOnEveryCharacter) {
  for (int32_t c = 0; c <= 0x10FFFF; ++c) {
    if (is_scalar(c)) {
      std::string text = "a";
      utf8_append(text, c);
      text += "\u0301\u0323";
      const std::string once = nfc(text);
      ASSERT_EQ(nfc(once), once) << c;
    }
  }
}

// The canonical decomposition of a character.
std::vector<int32_t> decomposition(int32_t code_point) {
  std::string text;
  utf8_append(text, code_point);
  std::vector<int32_t> parts(64);
  parts.resize(static_cast<size_t>(
      utf8proc_decompose(reinterpret_cast<const utf8proc_uint8_t*>(text.data()),
                         static_cast<utf8proc_ssize_t>(text.size()), parts.data(),
                         static_cast<utf8proc_ssize_t>(parts.size()),
                         static_cast<utf8proc_option_t>(UTF8PROC_STABLE | UTF8PROC_DECOMPOSE))));
  return parts;
}

TEST(NfcBoundary, IsNeverBeforeWhatMayJoinTheCharacterBefore) {
  for (int32_t c = 0; c <= 0x10FFFF; ++c) {
    if (!is_scalar(c)) {
      continue;
    }
    const std::vector<int32_t> parts = decomposition(c);
    if (utf8proc_get_property(parts[0])->combining_class != 0) {
      EXPECT_FALSE(is_nfc_boundary(c)) << c;
    }
    for (size_t i = 1; i < parts.size(); ++i) {
      EXPECT_FALSE(is_nfc_boundary(parts[i])) << parts[i] << " of " << c;
    }
  }
}

TEST(NfcBoundary, IsBeforeNearlyEveryLetterAndStrayByte) {
  for (const int32_t c : {-1, 0x41, 0xE9, 0x304B, 0x30FC, 0x4E2D, 0xAC01, 0x1100, 0x1F600}) {
    EXPECT_TRUE(is_nfc_boundary(c)) << c;
  }
}

TEST(Nfc, OrdersAMillionMarksQuickly) {
  std::string text = "a";
  for (int i = 0; i < 250000; ++i) {
    text += "\u0301\u0323";
  }
  const auto start = std::chrono::steady_clock::now();
  const std::string out = nfc(text);
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
  EXPECT_EQ(out.substr(0, 3), "\u1EA1");  // a with dot below
  // Ordering by insertion would take minutes; this takes a fraction of a second.
  EXPECT_LT(seconds.count(), 20.0);
}

TEST(NormalForm, AgreesWithTheStandardsExamples) {
  // UAX 15, figures 3 to 6: singletons, composites, several marks, compatibility composites.
  struct Example {
    const char* source;
    const char* nfd;
    const char* nfc;
    const char* nfkd;
    const char* nfkc;
  };
  for (const Example& e :
       {Example{"\u212B", "A\u030A", "\u00C5", "A\u030A", "\u00C5"},
        Example{"\u1E0B\u0323", "d\u0323\u0307", "\u1E0D\u0307", "d\u0323\u0307", "\u1E0D\u0307"},
        Example{"\uFB01", "\uFB01", "\uFB01", "fi", "fi"},
        Example{"2\u2075", "2\u2075", "2\u2075", "25", "25"},
        Example{"\u1E9B\u0323", "\u017F\u0323\u0307", "\u1E9B\u0323", "s\u0323\u0307", "\u1E69"}}) {
    EXPECT_EQ(normal_form(e.source, NormalForm::nfd), e.nfd);
    EXPECT_EQ(normal_form(e.source, NormalForm::nfc), e.nfc);
    EXPECT_EQ(normal_form(e.source, NormalForm::nfkd), e.nfkd);
    EXPECT_EQ(normal_form(e.source, NormalForm::nfkc), e.nfkc);
  }
  EXPECT_EQ(normal_form("\u00C5\xFF\u00BD", NormalForm::nfkd),
            "A\u030A\xFF"
            "1\u20442");
}

TEST(NormalForm, MayBeTakenPartByPartBetweenBoundaries) {
  // Every character of the planes that hold letters, behind those that join most.
  for (const NormalForm form :
       {NormalForm::nfc, NormalForm::nfd, NormalForm::nfkc, NormalForm::nfkd}) {
    for (int32_t c = 0; c <= 0x1FFFF; ++c) {
      if ((c >= 0xD800 && c <= 0xDFFF) || !is_normal_form_boundary(c, form)) {
        continue;
      }
      std::string after;
      utf8_append(after, c);
      for (const char* before : {"a\u0301", "\uAC00", "\u30AB", "\u0DD9"}) {
        ASSERT_EQ(normal_form(before + after, form),
                  normal_form(before, form) + normal_form(after, form))
            << c;
      }
    }
  }
}

TEST(Utf8Before, FindsTheUnitThatEndsThere) {
  const std::string text = "a\u00E9\u4E2D\U0001F600\x80\xE4\xB8";
  size_t end = 0;
  while (end < text.size()) {
    const size_t start = end;
    end += utf8_at(text, start).length;
    EXPECT_EQ(utf8_before(text, end), start);
  }
}

TEST(Nfc, NamesItsUnicodeVersion) {
  EXPECT_EQ(unicode_version().find_first_not_of("0123456789."), std::string::npos);
}

}  // namespace
}  // namespace yonder
