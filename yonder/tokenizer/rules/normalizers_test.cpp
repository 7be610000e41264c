// SPDX-License-Identifier: Apache-2.0
#include "yonder/tokenizer/rules/normalizers.h"

#include "tests/error_text.h"
#include "tests/golden_file.h"
#include "tests/normalized_text.h"
#include "yonder/tokenizer/rules/text_rewriter.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace yonder::tokenizer {
namespace {

using testing::AllOf;
using testing::HasSubstr;

std::string message(const std::string& json) {
  const Json parsed = parse_json(json, "tokenizer.json");
  return error_text(ErrorKind::bad_data, [&] { make_normalizer(parsed.at("normalizer")); });
}

TEST(Normalizers, EqualHuggingFaceTokenizers) {
  const Json file = golden_file("text_rules_normalizers");
  const Json::Array& texts = file.at("texts").array();
  for (const Json& run : file.at("cases").array()) {
    const auto step = make_normalizer(run.at("step"));
    const Json::Array& results = run.at("results").array();
    ASSERT_EQ(results.size(), texts.size());
    for (size_t i = 0; i < texts.size(); ++i) {
      NormalizedText text = unchanged_text(texts[i].text());
      step->apply(text);
      EXPECT_EQ(text.bytes, results[i].text()) << run.path() << " " << texts[i].path();
      expect_map_is_right(text, texts[i].text());
    }
  }
}

RC_GTEST_PROP(Normalizers, KeepTheWayBack, ()) {
  static const Json file = golden_file("text_rules_normalizers");
  const Json run = *rc::gen::elementOf(file.at("cases").array());
  const std::string original = *gen_tricky_text();
  NormalizedText text = unchanged_text(original);
  make_normalizer(run.at("step"))->apply(text);
  expect_map_is_right(text, original);
}

TEST(Normalizers, TakeNullForNoStep) {
  EXPECT_EQ(make_normalizer(parse_json("null", "tokenizer.json")), nullptr);
}

// Which word stands first decides about Metaspace's prefix: tokenizers asks its own map, whose
// peculiarities these are.
TEST(Normalizers, SayAsTokenizersWhereTheTextBegins) {
  const auto begin = [](const std::string& json, const std::string& original) {
    NormalizedText text = unchanged_text(original);
    make_normalizer(parse_json(json, "test"))->apply(text);
    return text.original_start(0);
  };
  EXPECT_EQ(begin(R"({"type":"Strip","strip_left":true,"strip_right":true})", "  a"), 2U);
  EXPECT_EQ(begin(R"({"type":"Replace","pattern":{"String":"``"},"content":"'"})", "``a"), 1U);
  EXPECT_EQ(begin(R"({"type":"Prepend","prepend":"x"})", "a"), 0U);
  const Json file = golden_file("text_rules_normalizers");
  for (const Json& run : file.at("cases").array()) {
    if (run.at("step").at("type").text() == "Precompiled") {
      NormalizedText text = unchanged_text("\x01hello");
      make_normalizer(run.at("step"))->apply(text);
      EXPECT_EQ(text.bytes, "hello");
      EXPECT_EQ(text.original_start(0), 0U);
      EXPECT_EQ(text.original_start(1), 2U);
    }
  }
}

TEST(Normalizers, NameThePathOfWhatTheyDoNotKnow) {
  EXPECT_THAT(message(R"({"normalizer": {"type": "BertNormalizer"}})"),
              AllOf(HasSubstr("tokenizer.json: /normalizer/type: \"BertNormalizer\""),
                    HasSubstr("NFKC, ")));
  EXPECT_THAT(message(R"({"normalizer": {"type": "Sequence", "normalizers":
                          [{"type": "NFC"}, {"type": "ByteLevel"}]}})"),
              HasSubstr("/normalizer/normalizers/1/type: \"ByteLevel\" is not supported"));
  EXPECT_THAT(message(R"({"normalizer": {"type": "NFC", "form": 2}})"),
              HasSubstr("/normalizer/form: this key is unknown in \"NFC\""));
  EXPECT_THAT(message(R"({"normalizer": {"type": "Strip", "strip_left": 1,
                          "strip_right": true}})"),
              HasSubstr("/normalizer/strip_left"));
  EXPECT_THAT(message(R"({"normalizer": {"prepend": "x"}})"), HasSubstr("\"type\" is missing"));
  EXPECT_THAT(message(R"({"normalizer": 7})"), HasSubstr("/normalizer"));
}

TEST(Normalizers, RejectAPatternThatMatchesNothingOrEverything) {
  const auto replace = [](const std::string& pattern) {
    return message(R"({"normalizer": {"type": "Replace", "content": "x", "pattern": )" + pattern +
                   "}}");
  };
  EXPECT_THAT(replace(R"({"String": ""})"), HasSubstr("the pattern is empty"));
  EXPECT_THAT(replace(R"({"Text": "a"})"), HasSubstr("{\"String\": ...} or {\"Regex\": ...}"));
  EXPECT_THAT(replace(R"({"String": "a", "Regex": "b"})"), HasSubstr("was expected"));
  EXPECT_THAT(replace(R"({"Regex": "a("})"), HasSubstr("/normalizer/pattern/Regex: "));
}

TEST(Normalizers, StopBeforeTheyFillTheMemory) {
  std::string steps;
  for (int i = 0; i < 60; ++i) {
    steps += std::string(i == 0 ? "" : ",") +
             R"({"type": "Replace", "pattern": {"String": "a"}, "content": "aa"})";
  }
  const auto step = make_normalizer(
      parse_json(R"({"type": "Sequence", "normalizers": [)" + steps + "]}", "test"));
  NormalizedText text = unchanged_text("a");
  EXPECT_THAT(error_text(ErrorKind::bad_data, [&] { step->apply(text); }),
              HasSubstr("bytes of 1; a file that does so is damaged"));
}

TEST(Normalizers, RejectADamagedCharsmap) {
  const auto precompiled = [](const std::string& encoded) {
    return message(R"({"normalizer": {"type": "Precompiled", "precompiled_charsmap": )" + encoded +
                   "}}");
  };
  EXPECT_THAT(precompiled("\"%\""), HasSubstr("/normalizer/precompiled_charsmap: this is not"));
  EXPECT_THAT(precompiled("\"\""), HasSubstr("the rules are empty"));
  EXPECT_THAT(precompiled("\"AAAA\""), HasSubstr("have 3 bytes"));
}

}  // namespace
}  // namespace yonder::tokenizer
