// SPDX-License-Identifier: Apache-2.0
#include "yonder/tokenizer/rules/sentencepiece_normalizer.h"

#include "tests/golden_file.h"
#include "tests/normalized_text.h"
#include "yonder/base/base64.h"
#include "yonder/tokenizer/rules/text_rewriter.h"

#include <gtest/gtest.h>

namespace yonder::tokenizer {
namespace {

TEST(SentencePieceNormalizer, EqualsTheSentencepiecePackage) {
  const Json file = golden_file("text_rules_sentencepiece");
  const std::string charsmap = *base64_decode(file.at("charsmap").text());
  std::vector<std::string> texts;
  for (const Json& text : file.at("texts").array()) {
    texts.push_back(text.text());
  }
  for (const Json& text : file.at("invalid").array()) {
    texts.push_back(*base64_decode(text.text()));
  }
  for (const Json& run : file.at("cases").array()) {
    SentencePieceNormalization options;
    options.charsmap = run.at("charsmap").boolean() ? charsmap : "";
    options.add_dummy_prefix = run.at("add_dummy_prefix").boolean();
    options.remove_extra_whitespaces = run.at("remove_extra_whitespaces").boolean();
    options.escape_whitespaces = run.at("escape_whitespaces").boolean();
    options.treat_whitespace_as_suffix = run.at("treat_whitespace_as_suffix").boolean();
    for (const Json& symbol : run.at("user_defined").array()) {
      options.user_defined.push_back(symbol.text());
    }
    const auto step = make_sentencepiece_normalizer(options, "test");
    const Json::Array& results = run.at("results").array();
    ASSERT_EQ(results.size(), texts.size());
    for (size_t i = 0; i < texts.size(); ++i) {
      NormalizedText text = unchanged_text(texts[i]);
      step->apply(text);
      EXPECT_EQ(text.bytes, results[i].text()) << run.path() << " text " << i << ": " << texts[i];
      expect_map_is_right(text, texts[i]);
    }
  }
}

TEST(SentencePieceNormalizer, MapsEachSpaceToItsOwn) {
  NormalizedText text = unchanged_text(" ab  c ");
  make_sentencepiece_normalizer({}, "test")->apply(text);
  EXPECT_EQ(text.bytes, "\u2581ab\u2581c");
  EXPECT_EQ(text.original_start(3), 1U);  // a; the dummy prefix stands before it
  EXPECT_EQ(text.original_end(5), 3U);
  EXPECT_EQ(text.original_start(5), 3U);  // the first of the two spaces
  EXPECT_EQ(text.original_start(8), 5U);
  EXPECT_EQ(text.original_end(9), 6U);
}

RC_GTEST_PROP(SentencePieceNormalizer, KeepsTheWayBack, ()) {
  SentencePieceNormalization options;
  options.charsmap = *base64_decode(golden_file("text_rules_sentencepiece").at("charsmap").text());
  options.add_dummy_prefix = *rc::gen::arbitrary<bool>();
  options.remove_extra_whitespaces = *rc::gen::arbitrary<bool>();
  options.treat_whitespace_as_suffix = *rc::gen::arbitrary<bool>();
  options.user_defined = {"Hello", " a"};
  const std::string original = *gen_tricky_text();
  NormalizedText text = unchanged_text(original);
  make_sentencepiece_normalizer(options, "test")->apply(text);
  expect_map_is_right(text, original);
}

}  // namespace
}  // namespace yonder::tokenizer
