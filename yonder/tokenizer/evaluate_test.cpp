// SPDX-License-Identifier: Apache-2.0
#include "yonder/tokenizer/evaluate.h"

#include "tests/error_text.h"
#include "tests/small_tokenizer.h"
#include "yonder/base/file.h"
#include "yonder/base/utf8.h"
#include "yonder/tokenizer/scripts.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cmath>
#include <fstream>
#include <map>
#include <numbers>

namespace yonder::tokenizer {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class TextFile {
 public:
  explicit TextFile(const std::string& text) : path_((folder_.path() / "text").string()) {
    std::ofstream(path_, std::ios::binary) << text;
  }
  const std::string& path() const { return path_; }

 private:
  TemporaryFolder folder_;
  std::string path_;
};

Evaluation evaluate_text(const Tokenizer& tokenizer, const std::string& text,
                         const EncodeOptions& options = {}, int threads = 1) {
  return evaluate(tokenizer, {TextFile(text).path()}, options, threads, nullptr).at(0);
}

std::map<std::string, ScriptShare> by_script(const Evaluation& e) {
  std::map<std::string, ScriptShare> shares;
  for (const ScriptShare& share : e.scripts) {
    shares[share.script] = share;
  }
  return shares;
}

// The vocabulary A of the specification: counts a 4, b 3, c 2, ab 6, bc 5, abc 2.
Tokenizer vocabulary_a() {
  return Tokenizer(
      Vocabulary({{"a", 4}, {"b", 3}, {"c", 2}, {"ab", 6}, {"bc", 5}, {"abc", 2}}, "A"));
}

TEST(Evaluate, CountsWhatTheTextIsMadeOf) {
  // abc | abc | ab | a, by hand; log p = log(count / 22).
  const Evaluation e = evaluate_text(vocabulary_a(), "abcabcaba");
  EXPECT_EQ(e.bytes, 9U);
  EXPECT_EQ(e.characters, 9U);
  EXPECT_EQ(e.tokens, 4U);
  EXPECT_THAT(e.token_lengths, ElementsAre(0, 1, 1, 2));
  EXPECT_EQ(e.single_byte_tokens, 1U);
  EXPECT_EQ(e.used_pieces, 3U);
  const double score = 2 * std::log(2 / 22.0) + std::log(6 / 22.0) + std::log(4 / 22.0);
  EXPECT_NEAR(e.score, score, 1e-12);
  EXPECT_DOUBLE_EQ(e.bytes_per_token(), 9.0 / 4);
  EXPECT_DOUBLE_EQ(e.characters_per_token(), 9.0 / 4);
  EXPECT_NEAR(e.bits_per_byte(), -score / std::numbers::ln2 / 9, 1e-12);
}

TEST(Evaluate, ListsThePiecesNeverProducedRarestFirst) {
  // ids: a 3, b 4, c 5, ab 6, bc 7, abc 8; "ab" makes 6 only.
  EXPECT_THAT(evaluate_text(vocabulary_a(), "ab").never_produced, ElementsAre(5, 8, 4, 3, 7));
}

TEST(Evaluate, OfAnEmptyTextIsZero) {
  const Evaluation e = evaluate_text(small_tokenizer(), "");
  EXPECT_EQ(e.tokens, 0U);
  EXPECT_EQ(e.bytes_per_token(), 0);
  EXPECT_EQ(e.characters_per_token(), 0);
  EXPECT_EQ(e.bits_per_byte(), 0);
  EXPECT_TRUE(e.scripts.empty());
  EXPECT_EQ(e.never_produced.size(), 256U);
}

TEST(Evaluate, SharesTokensOutOverScripts) {
  // "a" + U+4E2D are one token of 4 bytes: a quarter Latin; "!" is one of its own.
  const Tokenizer tokenizer = small_tokenizer({{"a\u4E2D", 1000}});
  const auto shares = by_script(evaluate_text(tokenizer, "a\u4E2D!"));
  ASSERT_EQ(shares.size(), 3U);
  EXPECT_EQ(shares.at("Latin").bytes, 1U);
  EXPECT_DOUBLE_EQ(shares.at("Latin").tokens, 0.25);
  EXPECT_EQ(shares.at("Han").bytes, 3U);
  EXPECT_DOUBLE_EQ(shares.at("Han").tokens, 0.75);
  EXPECT_DOUBLE_EQ(shares.at("Common").tokens, 1);
}

TEST(Evaluate, SeesACharacterWhoseBytesAreSeveralTokens) {
  const Evaluation e = evaluate_text(small_tokenizer(), "\u4E2D\u6587");
  EXPECT_EQ(e.characters, 2U);
  const auto shares = by_script(e);
  ASSERT_EQ(shares.size(), 1U);
  EXPECT_EQ(shares.at("Han").bytes, 6U);
  EXPECT_DOUBLE_EQ(shares.at("Han").tokens, 6);
}

TEST(Evaluate, CallsBytesThatAreNotUtf8Invalid) {
  const auto shares = by_script(evaluate_text(small_tokenizer(), "a\xFF\xE4\xB8"));
  EXPECT_EQ(shares.at("Invalid").bytes, 3U);
  EXPECT_EQ(shares.at("Latin").bytes, 1U);
}

TEST(Evaluate, DoesNotJoinBytesAcrossDocuments) {
  const TextFile text("\xE4\n\xB8\xAD");
  const auto all = evaluate(small_tokenizer(), {text.path()}, {}, 1, nullptr);
  EXPECT_EQ(by_script(all[0]).at("Invalid").bytes, 3U);
  const TextFile first("\xE4");
  const TextFile second("\xB8\xAD");
  const auto both = evaluate(small_tokenizer(), {first.path(), second.path()}, {}, 1, nullptr);
  EXPECT_EQ(by_script(both.back()).at("Invalid").bytes, 3U);
}

TEST(Evaluate, MeasuresSeveralInputsAlsoTogether) {
  const TextFile one("ab");
  const TextFile two("abc\nabc");
  const Tokenizer tokenizer = small_tokenizer({{"ab", 50}, {"abc", 50}});
  const auto rows = evaluate(tokenizer, {one.path(), two.path()}, {}, 2, nullptr);
  ASSERT_EQ(rows.size(), 3U);
  EXPECT_EQ(rows[0].text, one.path());
  EXPECT_EQ(rows[2].text, "all inputs");
  EXPECT_EQ(rows[2].bytes, rows[0].bytes + rows[1].bytes);
  EXPECT_EQ(rows[2].tokens, rows[0].tokens + rows[1].tokens);
  EXPECT_EQ(rows[2].used_pieces, 3U);
}

TEST(Evaluate, LeavesOutWhatMarksTheEndsOfADocument) {
  EncodeOptions options;
  options.bos = true;
  options.eos = true;
  EXPECT_EQ(evaluate_text(small_tokenizer(), "ab", options).tokens, 2U);
}

rc::Gen<std::string> gen_text() {
  static const std::vector<std::string> kUnits = {
      "a", "aa", "\n", "\u4E2D", "\u6587", "\u03B1", "\xE4\xB8", "\xAD", "\xFF", "1", "\U0001F600"};
  return rc::gen::map(rc::gen::container<std::vector<std::string>>(rc::gen::elementOf(kUnits)),
                      [](const std::vector<std::string>& units) {
                        std::string text;
                        for (const std::string& unit : units) {
                          text += unit;
                        }
                        return text;
                      });
}

Tokenizer mixed_tokenizer() {
  return small_tokenizer({{"aa", 9},
                          {"a\xE4", 9},
                          {"\xB8\xAD", 9},
                          {"\u4E2D", 9},
                          {"\u6587"
                           "1",
                           5},
                          {"\xF0\x9F", 4},
                          {"\n\n", 2}});
}

// Byte by byte over the whole text, without counting by id.
RC_GTEST_PROP(Evaluate, EqualsAPlainWalkOverTheText, ()) {
  const std::string text = *gen_text();
  const Tokenizer tokenizer = mixed_tokenizer();
  std::vector<uint32_t> ids;
  tokenizer.encode(text, ids);
  std::vector<double> share;
  for (const uint32_t id : ids) {
    const size_t size = tokenizer.piece(id).size();
    share.insert(share.end(), size, 1.0 / static_cast<double>(size));
  }
  std::map<std::string, ScriptShare> expected;
  uint64_t characters = 0;
  for (size_t i = 0; i < text.size();) {
    const Utf8Unit unit = utf8_at(text, i);
    ScriptShare& row = expected[script_name(script_of(unit.code_point))];
    row.bytes += unit.length;
    for (size_t k = 0; k < unit.length; ++k) {
      row.tokens += share[i + k];
    }
    i += unit.length;
    ++characters;
  }
  const Evaluation e = evaluate_text(tokenizer, text);
  RC_ASSERT(e.bytes == text.size());
  RC_ASSERT(e.tokens == ids.size());
  RC_ASSERT(e.characters == characters);
  const auto found = by_script(e);
  RC_ASSERT(found.size() == expected.size());
  for (const auto& [script, row] : expected) {
    RC_ASSERT(found.at(script).bytes == row.bytes);
    RC_ASSERT(std::abs(found.at(script).tokens - row.tokens) < 1e-9);
  }
}

TEST(Evaluate, DoesNotDependOnThreads) {
  std::string text;
  for (int i = 0; i < 100000; ++i) {
    text += i % 7 == 0 ? "\u4E2D\u6587"
                         "1\n"
                       : "aa a\xE4";
  }
  const Tokenizer tokenizer = mixed_tokenizer();
  EncodeOptions options;
  options.sample = true;
  const Evaluation one = evaluate_text(tokenizer, text, options, 1);
  const Evaluation three = evaluate_text(tokenizer, text, options, 3);
  EXPECT_EQ(one.tokens, three.tokens);
  EXPECT_EQ(one.score, three.score);
  EXPECT_EQ(one.never_produced, three.never_produced);
  ASSERT_EQ(one.scripts.size(), three.scripts.size());
  for (size_t i = 0; i < one.scripts.size(); ++i) {
    EXPECT_EQ(one.scripts[i].tokens, three.scripts[i].tokens);
  }
}

// ids of small_tokenizer: a = 100, then the pieces from 259 on.
TEST(Diff, FindsNothingBetweenEqualSequences) {
  const DiffReport report = diff(small_tokenizer(), {100, 101, 100}, {100, 101, 100});
  EXPECT_EQ(report.tokens_a, 3U);
  EXPECT_EQ(report.ties + report.real, 0U);
}

TEST(Diff, TellsATieFromARealDifference) {
  const Tokenizer tokenizer = small_tokenizer({{"aa", 8}, {"ba", 8}, {"ab", 4}});
  // ba|ab against b|aa|b: different; aa|a against a|aa: the same pieces, a tie.
  const DiffReport report =
      diff(tokenizer, {260, 261, 259, 100, 102}, {101, 259, 101, 100, 259, 102});
  EXPECT_EQ(report.real, 1U);
  EXPECT_EQ(report.ties, 1U);
  EXPECT_EQ(report.tokens_in_differences, 4U);
  ASSERT_EQ(report.differences.size(), 2U);
  const TokenDifference& first = report.differences[0];
  EXPECT_EQ(first.start, 0U);
  EXPECT_EQ(first.end, 4U);
  EXPECT_THAT(first.ids_a, ElementsAre(260, 261));
  EXPECT_THAT(first.ids_b, ElementsAre(101, 259, 101));
  EXPECT_FALSE(first.tie);
  // (8 / 276) (4 / 276) against (1 / 276) (8 / 276) (1 / 276).
  EXPECT_NEAR(first.score_a - first.score_b, std::log(4 * 276.0), 1e-9);
  EXPECT_TRUE(report.differences[1].tie);
  EXPECT_EQ(report.differences[1].start, 4U);
  EXPECT_EQ(report.differences[1].end, 7U);
}

TEST(Diff, ComparesWithinATolerance) {
  const Tokenizer tokenizer = small_tokenizer({{"aa", 1000}, {"ab", 1001}});
  // aa|b against a|ab: the scores differ by log(1001/1000).
  EXPECT_EQ(diff(tokenizer, {259, 101}, {100, 260}, 1e-9).real, 1U);
  EXPECT_EQ(diff(tokenizer, {259, 101}, {100, 260}, 1e-2).ties, 1U);
}

TEST(Diff, NeverTakesSpecialIdsForATie) {
  const DiffReport report = diff(small_tokenizer(), {kBosId, 100}, {100, kEosId});
  EXPECT_EQ(report.real, 2U);
  EXPECT_EQ(report.ties, 0U);
  const Tokenizer tokenizer = small_tokenizer({{"aa", 8}});
  EXPECT_EQ(diff(tokenizer, {259, 100}, {100, kPadId, 259}).real, 1U);
}

TEST(Diff, KeepsOnlyAsManyDifferencesAsAskedFor) {
  const Tokenizer tokenizer = small_tokenizer({{"aa", 8}});
  const DiffReport report = diff(tokenizer, {259, 259, 259}, {100, 100, 100, 100, 100, 100}, 0, 2);
  EXPECT_EQ(report.real, 3U);
  EXPECT_EQ(report.differences.size(), 2U);
}

TEST(Diff, SaysWhereTheBytesDiffer) {
  const Tokenizer tokenizer = small_tokenizer({{"ab", 8}, {"abc", 8}});
  EXPECT_THAT(error_text(ErrorKind::bad_data,
                         [&] {
                           diff(tokenizer, {100, 260}, {100, 259, 103});
                         }),
              HasSubstr("byte 3 is 0x63 in the first and 0x64 in the second"));
  EXPECT_THAT(error_text(ErrorKind::bad_data,
                         [&] {
                           diff(tokenizer, {100}, {100, 101});
                         }),
              HasSubstr("the first one ends at byte 1, the other goes on"));
  EXPECT_THAT(error_text(ErrorKind::bad_data, [&] { diff(tokenizer, {260}, {259}); }),
              HasSubstr("the second one ends at byte 2, the other goes on"));
  EXPECT_THAT(error_text(ErrorKind::bad_data, [&] { diff(tokenizer, {100}, {}); }),
              HasSubstr("the second one ends at byte 0"));
}

TEST(Diff, SaysWhereAnIdIsOutOfRange) {
  EXPECT_THAT(error_text(ErrorKind::bad_data,
                         [&] {
                           diff(small_tokenizer(), {100, 9999}, {100, 9999});
                         }),
              HasSubstr("id 9999 at position 1 of the first sequence is out of range"));
  EXPECT_THAT(error_text(ErrorKind::bad_data,
                         [&] {
                           diff(small_tokenizer(), {100, 100}, {100, 259});
                         }),
              HasSubstr("id 259 at position 1 of the second sequence is out of range"));
}

RC_GTEST_PROP(Diff, LeadsFromOneSequenceToTheOther, ()) {
  const std::string text = *gen_text();
  const Tokenizer tokenizer = mixed_tokenizer();
  std::vector<uint32_t> a;
  std::vector<uint32_t> b;
  tokenizer.encode(text, a);
  EncodeOptions options;
  options.uniform = true;
  options.seed = *rc::gen::arbitrary<uint64_t>();
  tokenizer.encode(text, b, options);
  const DiffReport report = diff(tokenizer, a, b, 1e-9, a.size() + 1);
  RC_ASSERT(report.ties + report.real == report.differences.size());
  // Replace each difference in a by its other side.
  std::vector<uint32_t> replaced;
  uint64_t at = 0;
  auto next = report.differences.begin();
  for (size_t i = 0; i < a.size();) {
    if (next != report.differences.end() && next->start == at) {
      replaced.insert(replaced.end(), next->ids_b.begin(), next->ids_b.end());
      RC_ASSERT(std::equal(next->ids_a.begin(), next->ids_a.end(),
                           a.begin() + static_cast<std::ptrdiff_t>(i)));
      // The best segmentation is nowhere worse.
      RC_ASSERT(next->score_a >= next->score_b - 1e-9);
      i += next->ids_a.size();
      at = next->end;
      ++next;
    } else {
      replaced.push_back(a[i]);
      at += tokenizer.piece(a[i]).size();
      ++i;
    }
  }
  RC_ASSERT(replaced == b);
}

}  // namespace
}  // namespace yonder::tokenizer
