// SPDX-License-Identifier: Apache-2.0
#include "yonder/tokenizer/rules/post_processor.h"

#include "tests/error_text.h"
#include "tests/golden_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace yonder::tokenizer {
namespace {

using testing::HasSubstr;

TEST(PostProcessor, EqualsHuggingFaceTokenizers) {
  const Json file = golden_file("text_rules_post_processors");
  for (const Json& run : file.at("cases").array()) {
    const PostProcessor made = make_post_processor(run.at("step"));
    std::vector<uint32_t> ids = made.before;
    ids.push_back(0);  // the text
    ids.insert(ids.end(), made.after.begin(), made.after.end());
    std::vector<uint32_t> expected;
    for (const Json& id : run.at("ids").array()) {
      expected.push_back(static_cast<uint32_t>(id.integer()));
    }
    EXPECT_EQ(ids, expected) << run.path();
  }
}

TEST(PostProcessor, NamesThePathOfWhatItCannotDo) {
  const auto message = [](const std::string& json) {
    const Json parsed = parse_json(R"({"post_processor": )" + json + "}", "tokenizer.json");
    return error_text(ErrorKind::bad_data,
                      [&] { make_post_processor(parsed.at("post_processor")); });
  };
  EXPECT_THAT(message(R"({"type": "Other"})"),
              HasSubstr("/post_processor/type: \"Other\" is not supported"));
  const std::string a = R"({"Sequence": {"id": "A", "type_id": 0}})";
  const auto single = [&](const std::string& parts) {
    return message(R"({"type": "TemplateProcessing", "pair": [], "special_tokens": {},
                       "single": [)" +
                   parts + "]}");
  };
  EXPECT_THAT(single(""), HasSubstr("/post_processor/single: a template for a single text"));
  EXPECT_THAT(single(a + "," + a), HasSubstr("exactly once"));
  EXPECT_THAT(single(R"({"Sequence": {"id": "B", "type_id": 0}})"), HasSubstr("exactly once"));
  EXPECT_THAT(single(R"({"SpecialToken": {"id": "<s>", "type_id": 0}})"), HasSubstr("<s>"));
  const std::string bert = R"({"type": "BertProcessing", "sep": ["s", 1], "cls": ["c", 2]})";
  EXPECT_THAT(message(R"({"type": "Sequence", "processors": [)" + bert + "," + bert + "]}"),
              HasSubstr("/post_processor/processors/1: a second processor adds tokens"));
  EXPECT_THAT(message(R"({"type": "BertProcessing", "sep": ["s"], "cls": ["c", 2]})"),
              HasSubstr("/post_processor/sep: [token, id] was expected"));
  EXPECT_THAT(message(R"({"type": "BertProcessing", "sep": ["s", 1], "cls": ["c", 4294967296]})"),
              HasSubstr("/post_processor/cls/1: token ids have 32 bits"));
}

}  // namespace
}  // namespace yonder::tokenizer
