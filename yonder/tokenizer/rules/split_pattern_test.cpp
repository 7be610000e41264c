// SPDX-License-Identifier: Apache-2.0
#include "yonder/tokenizer/rules/split_pattern.h"

#include "tests/error_text.h"
#include "tests/random_text.h"
#include "yonder/base/file.h"
#include "yonder/base/json.h"
#include "yonder/base/random.h"
#include "yonder/base/utf8.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

namespace yonder::tokenizer {

void PrintTo(const ByteSpan& span, std::ostream* out) { *out << span.begin << ".." << span.end; }

namespace {

using Spans = std::vector<ByteSpan>;

Json golden() {
  return parse_json(read_file(YONDER_SOURCE_DIR "/tests/golden/tokenizer/split_patterns.json"),
                    "golden");
}

Spans matches_of(const SplitPattern& pattern, std::string_view text) {
  Spans spans;
  pattern.find_all(text, spans);
  return spans;
}

/// The same expression, which is not recognised in this form: PCRE2 runs it.
SplitPattern in_pcre2(const std::string& expression) {
  SplitPattern pattern("(?:" + expression + ")");
  EXPECT_FALSE(pattern.hand_written());
  return pattern;
}

std::vector<std::string> hand_written_expressions() {
  std::vector<std::string> expressions;
  const Json file = golden();
  for (const Json& row : file.at("cases").array()) {
    if (SplitPattern(row.at("expression").text()).hand_written()) {
      expressions.push_back(row.at("expression").text());
    }
  }
  EXPECT_EQ(expressions.size(), 3U);
  return expressions;
}

TEST(SplitPattern, MatchesWhatTokenizersMatches) {
  const Json file = golden();
  for (const Json& row : file.at("cases").array()) {
    const std::string& expression = row.at("expression").text();
    const SplitPattern pattern(expression);
    const SplitPattern engine = in_pcre2(expression);
    for (const Json& one : row.at("cases").array()) {
      const std::string& text = one.array()[0].text();
      Spans expected;
      for (const Json& span : one.array()[1].array()) {
        expected.push_back(
            {span.array()[0].unsigned_integer(), span.array()[1].unsigned_integer()});
      }
      EXPECT_EQ(matches_of(pattern, text), expected) << expression << " in " << text;
      EXPECT_EQ(matches_of(engine, text), expected) << expression << " in " << text << ", PCRE2";
    }
  }
}

TEST(SplitPattern, ScannersAgreeWithPcre2OnEveryCharacter) {
  std::string text;
  for (int32_t c = 0; c < 0x110000; ++c) {
    if (c < 0xD800 || c > 0xDFFF) {
      utf8_append(text, c);
      text += c % 3 == 0 ? "a" : c % 3 == 1 ? "'" : " ";
    }
  }
  for (const std::string& expression : hand_written_expressions()) {
    EXPECT_TRUE(matches_of(SplitPattern(expression), text) ==
                matches_of(in_pcre2(expression), text))
        << expression;
  }
}

TEST(SplitPattern, ScannersAgreeWithPcre2OnRandomBytes) {
  Rng rng(11);
  const std::vector<std::string> parts = {
      "a",    "S",  "'",        "s",        " ",        "\n",       "\r",
      "\t",   "7",  "!",        "ll",       "\xC5\xBF", "\xE3\x80", "\xE3\x80\x80",
      "\xFF", "中", "\xC2\xBD", "\xF0\x90", "\x01",     "\xC3"};
  for (const std::string& expression : hand_written_expressions()) {
    const SplitPattern scanner(expression);
    const SplitPattern engine = in_pcre2(expression);
    for (int i = 0; i < 3000; ++i) {
      std::string text;
      for (uint64_t n = rng.below(12); n > 0; --n) {
        text += parts[rng.below(parts.size())];
      }
      ASSERT_EQ(matches_of(scanner, text), matches_of(engine, text)) << text;
    }
  }
}

TEST(SplitPattern, ScannersCoverTheText) {
  Rng rng(12);
  for (const std::string& expression : hand_written_expressions()) {
    const std::string text = random_text(rng, 4000, all_bytes());
    size_t at = 0;
    for (const ByteSpan span : matches_of(SplitPattern(expression), text)) {
      ASSERT_EQ(span.begin, at);
      ASSERT_LT(span.begin, span.end);
      at = span.end;
    }
    EXPECT_EQ(at, text.size());
  }
}

TEST(SplitPattern, KnowsTheExpressionOfGpt2ByName) {
  EXPECT_TRUE(SplitPattern::gpt2().hand_written());
  EXPECT_EQ(matches_of(SplitPattern::gpt2(), "it's  so"), (Spans{{0, 2}, {2, 4}, {4, 5}, {5, 8}}));
}

TEST(SplitPattern, TakesALongSForAnSWhereCaseDoesNotCount) {
  const std::vector<std::string> expressions = hand_written_expressions();
  EXPECT_EQ(matches_of(SplitPattern(expressions[1]), "x'\xC5\xBFy"),
            (Spans{{0, 1}, {1, 4}, {4, 5}}));
}

TEST(SplitPattern, ShowsAStrayByteToPcre2AsACharacterOfNoClass) {
  EXPECT_EQ(matches_of(SplitPattern("[^\\p{L}\\p{N}\\s]"), "a\xFF\xE4\xB8 1"),
            (Spans{{1, 2}, {2, 3}, {3, 4}}));
  EXPECT_EQ(matches_of(SplitPattern("[\\p{L}\\p{N}\\s]+"), "a\xFF\xE4\xB8 1"),
            (Spans{{0, 1}, {4, 6}}));
}

TEST(SplitPattern, MatchesALongRunWithoutLimits) {
  const std::string text(1 << 20, 'a');
  const Spans one = {{0, text.size()}};
  for (const std::string& expression : hand_written_expressions()) {
    EXPECT_EQ(matches_of(SplitPattern(expression), text), one);
    EXPECT_EQ(matches_of(in_pcre2(expression), text), one);
  }
}

TEST(SplitPattern, SaysWhereAnExpressionIsWrong) {
  EXPECT_EQ(error_text(ErrorKind::bad_data, [] { SplitPattern("a(b"); }),
            "the split pattern \"a(b\" is wrong at byte 3: missing closing parenthesis");
}

TEST(SplitPattern, SaysWhereMatchingGivesUp) {
  const SplitPattern pattern("(?:a|aa)+b");
  EXPECT_THAT(
      error_text(ErrorKind::bad_data, [&] { matches_of(pattern, std::string(2000, 'a') + "cb"); }),
      testing::HasSubstr("cannot be matched from byte 0 on: match limit exceeded"));
}

TEST(SplitPattern, RefusesWhatPcre2ReadsDifferently) {
  for (const char* expression :
       {"\\w+", "\\bx", "\\h", "\\v", "\\R", "[a[b]]", "[a&&b]", "[]a]", "\\p{N}{1,3}+", "x{,2}",
        "x{2}?", "(*CR)x", "a(?i)b|c", "(?m)a", "(?<name>a)", "\\1", "[\\w]"}) {
    EXPECT_THAT(error_text(ErrorKind::bad_data, [&] { SplitPattern{expression}; }),
                testing::HasSubstr("which means something else in PCRE2"))
        << expression;
  }
}

}  // namespace
}  // namespace yonder::tokenizer
