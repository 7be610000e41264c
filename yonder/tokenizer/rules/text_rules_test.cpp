// SPDX-License-Identifier: Apache-2.0
#include "yonder/tokenizer/rules/text_rules.h"

#include "tests/error_text.h"
#include "tests/golden_file.h"
#include "tests/normalized_text.h"
#include "yonder/tokenizer/rules/normalizers.h"
#include "yonder/tokenizer/rules/pre_tokenizers.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace yonder::tokenizer {
namespace {

using testing::HasSubstr;

std::vector<AddedToken> added_tokens(const Json& json) {
  std::vector<AddedToken> tokens;
  for (const Json& token : json.array()) {
    tokens.push_back({static_cast<uint32_t>(token.at("id").integer()), token.at("content").text(),
                      token.at("single_word").boolean(), token.at("lstrip").boolean(),
                      token.at("rstrip").boolean(), token.at("normalized").boolean(),
                      token.at("special").boolean()});
  }
  return tokens;
}

TextRules rules_of(const Json& run) {
  return TextRules(added_tokens(run.at("added_tokens")), make_normalizer(run.at("normalizer")),
                   make_pre_tokenizer(run.at("pre_tokenizer")).step);
}

// Words as they are, added tokens as "#id".
std::vector<std::string> shown(const PreparedText& prepared) {
  std::vector<std::string> parts;
  size_t begin = 0;
  for (const PreparedPart& part : prepared.parts) {
    parts.push_back(part.id >= 0 ? "#" + std::to_string(part.id)
                                 : prepared.text.bytes.substr(begin, part.end - begin));
    begin = part.end;
  }
  return parts;
}

std::vector<std::string> expected_parts(const Json& json) {
  std::vector<std::string> parts;
  for (const Json& part : json.array()) {
    const bool word = std::holds_alternative<std::string>(part.value());
    parts.push_back(word ? part.text() : "#" + std::to_string(part.integer()));
  }
  return parts;
}

void expect_cover(const PreparedText& prepared, const std::string& original) {
  size_t last = 0;
  for (const PreparedPart& part : prepared.parts) {
    ASSERT_GT(part.end, last);
    last = part.end;
  }
  ASSERT_EQ(last, prepared.text.bytes.size());
  expect_map_is_right(prepared.text, original);
}

AddedToken token(uint32_t id, const std::string& content) {
  AddedToken token;
  token.id = id;
  token.content = content;
  return token;
}

TEST(TextRules, EqualHuggingFaceTokenizers) {
  const Json file = golden_file("text_rules_prepared");
  const Json::Array& texts = file.at("texts").array();
  for (const Json& run : file.at("cases").array()) {
    const TextRules rules = rules_of(run);
    for (const bool parse_special : {true, false}) {
      const Json::Array& results = run.at(parse_special ? "results" : "results_as_text").array();
      ASSERT_EQ(results.size(), texts.size());
      for (size_t i = 0; i < texts.size(); ++i) {
        const PreparedText prepared = rules.prepare(texts[i].text(), parse_special);
        EXPECT_EQ(shown(prepared), expected_parts(results[i]))
            << run.path() << " " << texts[i].path();
        expect_cover(prepared, texts[i].text());
      }
    }
  }
}

RC_GTEST_PROP(TextRules, CoverTheBytesOfAnyText, ()) {
  static const Json file = golden_file("text_rules_prepared");
  const Json run = *rc::gen::elementOf(file.at("cases").array());
  const std::string original = *gen_tricky_text();
  expect_cover(rules_of(run).prepare(original, *rc::gen::arbitrary<bool>()), original);
}

TEST(TextRules, WithoutAnythingGiveTheTextAsOneWord) {
  const TextRules rules({}, nullptr, nullptr);
  EXPECT_EQ(shown(rules.prepare("a b\xFF", true)), std::vector<std::string>{"a b\xFF"});
  EXPECT_TRUE(rules.prepare("", true).parts.empty());
}

TEST(TextRules, MapEachPartToItsPlaceInTheText) {
  AddedToken special = token(7, "<s>");
  special.normalized = false;
  special.special = true;
  const TextRules rules(
      {special}, make_normalizer(parse_json(R"({"type":"Prepend","prepend":"_"})", "test")),
      make_pre_tokenizer(parse_json(R"({"type":"WhitespaceSplit"})", "test")).step);
  const PreparedText prepared = rules.prepare("ab c<s>d", true);
  EXPECT_EQ(shown(prepared), (std::vector<std::string>{"_ab", "c", "#7", "_d"}));
  std::vector<std::pair<uint64_t, uint64_t>> spans;
  size_t begin = 0;
  for (const PreparedPart& part : prepared.parts) {
    spans.emplace_back(prepared.text.original_start(begin), prepared.text.original_end(part.end));
    begin = part.end;
  }
  EXPECT_EQ(spans, (std::vector<std::pair<uint64_t, uint64_t>>{{0, 2}, {3, 4}, {4, 7}, {7, 8}}));
}

TEST(TextRules, LetNothingBeTakenForASpecialTokenUnlessAsked) {
  AddedToken special = token(7, "<s>");
  special.special = true;
  const TextRules rules({special, token(8, "s>")}, nullptr, nullptr);
  EXPECT_EQ(shown(rules.prepare("a<s>b", true)), (std::vector<std::string>{"a", "#7", "b"}));
  // The text of the special token stays whole, as in tokenizers: "s>" in it is not found.
  EXPECT_EQ(shown(rules.prepare("a<s>b", false)), (std::vector<std::string>{"a<s>b"}));
}

TEST(TextRules, KeepBothTokensWhereOneTookTheOthersSpace) {
  AddedToken greedy = token(7, "<s>");
  greedy.rstrip = true;
  AddedToken left = token(9, "\t");
  left.lstrip = true;
  const TextRules rules({greedy, token(8, " x"), left}, nullptr, nullptr);
  EXPECT_EQ(shown(rules.prepare("<s> x", true)), (std::vector<std::string>{"#7", "#8"}));
  // tokenizers panics here.
  EXPECT_EQ(shown(rules.prepare("<s> \t \n", true)).front(), "#7");
  expect_cover(rules.prepare("<s> \t \n", true), "<s> \t \n");
}

TEST(TextRules, KnowWhatAnAddedTokenLooksLikeInNormalizedText) {
  AddedToken as_is = token(8, "B");
  as_is.normalized = false;
  const TextRules rules({token(7, "A"), as_is},
                        make_normalizer(parse_json(R"({"type":"Lowercase"})", "test")), nullptr);
  EXPECT_EQ(rules.added()[0].content, "A");
  EXPECT_EQ(rules.added_pattern(0), "a");
  EXPECT_EQ(rules.added_pattern(1), "B");
}

TEST(TextRules, RejectAddedTokensThatContradictEachOther) {
  const auto message = [](std::vector<AddedToken> tokens, const std::string& normalizer) {
    return error_text(ErrorKind::bad_data, [&] {
      TextRules(std::move(tokens), make_normalizer(parse_json(normalizer, "test")), nullptr);
    });
  };
  EXPECT_THAT(message({token(1, "a"), token(2, "a")}, "null"),
              HasSubstr("the added token \"a\" has two ids: 1 and 2"));
  EXPECT_THAT(message({token(1, "a"), token(1, "b")}, "null"),
              HasSubstr("two added tokens have the id 1: \"a\" and \"b\""));
  EXPECT_THAT(message({token(1, "a"), token(2, "A")}, R"({"type":"Lowercase"})"),
              HasSubstr("the same as another one after normalisation"));
  EXPECT_THAT(message({token(1, " ")}, R"({"type":"Strip","strip_left":true,"strip_right":true})"),
              HasSubstr("is empty after normalisation"));
}

TEST(TextRules, TakeTheLaterOfTwoEqualTokensAndIgnoreAnEmptyOne) {
  AddedToken special = token(1, "a");
  special.special = true;
  const TextRules rules({token(1, "a"), special, token(2, "")}, nullptr, nullptr);
  ASSERT_EQ(rules.added().size(), 1U);
  EXPECT_EQ(shown(rules.prepare("ba", false)), std::vector<std::string>{"ba"});
}

}  // namespace
}  // namespace yonder::tokenizer
