// SPDX-License-Identifier: Apache-2.0
#include "yonder/tokenizer/rules/pre_tokenizers.h"

#include "tests/error_text.h"
#include "tests/golden_file.h"
#include "tests/normalized_text.h"
#include "yonder/tokenizer/rules/split_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace yonder::tokenizer {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

SplitText one_word(const std::string& text) {
  SplitText out{unchanged_text(text), {}};
  if (!text.empty()) {
    out.ends.push_back(text.size());
  }
  return out;
}

std::vector<std::string> words_of(const SplitText& text) {
  std::vector<std::string> words;
  for_each_word(text, [&](size_t begin, size_t end) {
    words.push_back(text.text.bytes.substr(begin, end - begin));
  });
  return words;
}

std::string message(const std::string& json) {
  const Json parsed = parse_json(json, "tokenizer.json");
  return error_text(ErrorKind::bad_data, [&] { make_pre_tokenizer(parsed.at("pre_tokenizer")); });
}

TEST(PreTokenizers, EqualHuggingFaceTokenizers) {
  const Json file = golden_file("text_rules_pre_tokenizers");
  const Json::Array& texts = file.at("texts").array();
  for (const Json& run : file.at("cases").array()) {
    const PreTokenizer pre_tokenizer = make_pre_tokenizer(run.at("step"));
    const Json::Array& results = run.at("results").array();
    ASSERT_EQ(results.size(), texts.size());
    for (size_t i = 0; i < texts.size(); ++i) {
      SplitText text = one_word(texts[i].text());
      pre_tokenizer.step->apply(text, true);
      std::vector<std::string> expected;
      for (const Json& word : results[i].array()) {
        expected.push_back(word.text());
      }
      EXPECT_EQ(words_of(text), expected) << run.path() << " " << texts[i].path();
      EXPECT_EQ(text.ends.empty() ? 0 : text.ends.back(), text.text.bytes.size());
      expect_map_is_right(text.text, texts[i].text());
    }
  }
}

RC_GTEST_PROP(PreTokenizers, KeepTheWayBackAndMakeNoEmptyWord, ()) {
  static const Json file = golden_file("text_rules_pre_tokenizers");
  const Json run = *rc::gen::elementOf(file.at("cases").array());
  const std::string original = *gen_tricky_text();
  SplitText text = one_word(original);
  make_pre_tokenizer(run.at("step")).step->apply(text, *rc::gen::arbitrary<bool>());
  expect_map_is_right(text.text, original);
  size_t last = 0;
  for (const size_t end : text.ends) {
    RC_ASSERT(end > last);
    last = end;
  }
  RC_ASSERT(last == text.text.bytes.size());
}

TEST(PreTokenizers, TakeNullForNoStep) {
  const PreTokenizer none = make_pre_tokenizer(parse_json("null", "tokenizer.json"));
  EXPECT_EQ(none.step, nullptr);
  EXPECT_FALSE(none.byte_level);
}

TEST(PreTokenizers, TellWhetherTheVocabularyIsByteLevel) {
  const auto byte_level = [](const std::string& json) {
    return make_pre_tokenizer(parse_json(json, "test")).byte_level;
  };
  const std::string step = R"({"type":"ByteLevel","add_prefix_space":false,"trim_offsets":true})";
  EXPECT_TRUE(byte_level(step));
  EXPECT_TRUE(
      byte_level(R"({"type":"Sequence","pretokenizers":[{"type":"Whitespace"},)" + step + "]}"));
  EXPECT_FALSE(byte_level(R"({"type":"Whitespace"})"));
}

TEST(Metaspace, PrependsFirstOnlyAtTheBeginningOfTheDocument) {
  const PreTokenizer step = make_pre_tokenizer(
      parse_json(R"({"type":"Metaspace","replacement":"_","prepend_scheme":"first"})", "test"));
  SplitText text = one_word("a b");
  step.step->apply(text, true);
  EXPECT_THAT(words_of(text), ElementsAre("_a", "_b"));
  text = one_word("a b");
  step.step->apply(text, false);
  EXPECT_THAT(words_of(text), ElementsAre("a", "_b"));
}

TEST(Metaspace, TakesTheOlderKeys) {
  const auto words = [](const std::string& keys) {
    SplitText text = one_word("a b");
    make_pre_tokenizer(parse_json(R"({"type":"Metaspace","replacement":"_")" + keys + "}", "test"))
        .step->apply(text, true);
    return words_of(text);
  };
  EXPECT_THAT(words(""), ElementsAre("_a", "_b"));
  EXPECT_THAT(words(R"(,"str_rep":"_","add_prefix_space":true)"), ElementsAre("_a", "_b"));
  EXPECT_THAT(words(R"(,"add_prefix_space":false)"), ElementsAre("a", "_b"));
}

TEST(PreTokenizers, NameThePathOfWhatTheyDoNotKnow) {
  EXPECT_THAT(message(R"({"pre_tokenizer": {"type": "BertPreTokenizer"}})"),
              AllOf(HasSubstr("tokenizer.json: /pre_tokenizer/type: \"BertPreTokenizer\""),
                    HasSubstr("WhitespaceSplit")));
  EXPECT_THAT(message(R"({"pre_tokenizer": {"type": "Sequence", "pretokenizers": [
                          {"type": "ByteLevel", "add_prefix_space": true, "trim_offsets": true},
                          {"type": "Whitespace"}]}})"),
              HasSubstr("/pre_tokenizer/pretokenizers/1: a step behind ByteLevel"));
  EXPECT_THAT(message(R"({"pre_tokenizer": {"type": "Digits", "individual_digits": true,
                          "x": 1}})"),
              HasSubstr("/pre_tokenizer/x: this key is unknown in \"Digits\""));
  EXPECT_THAT(message(R"({"pre_tokenizer": {"type": "Split", "pattern": {"String": "a"},
                          "behavior": "Gone", "invert": false}})"),
              HasSubstr("/pre_tokenizer/behavior: \"Gone\" is not supported"));
  EXPECT_THAT(message(R"({"pre_tokenizer": {"type": "Metaspace", "replacement": "__"}})"),
              HasSubstr("/pre_tokenizer/replacement: one character was expected"));
  EXPECT_THAT(message(R"({"pre_tokenizer": {"type": "Metaspace", "replacement": "_",
                          "add_prefix_space": false, "prepend_scheme": "always"}})"),
              HasSubstr("contradict"));
  EXPECT_THAT(message(R"({"pre_tokenizer": {"type": "Metaspace", "replacement": "_",
                          "prepend_scheme": "last"}})"),
              HasSubstr("supported: always, first, never"));
}

}  // namespace
}  // namespace yonder::tokenizer
