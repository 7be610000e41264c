// SPDX-License-Identifier: Apache-2.0
#include "web/server/lm/openai_request.h"

#include "tests/error_text.h"
#include "web/server/http_message.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace yonder::web {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

CompletionRequest text(const std::string& members) {
  return read_completion(parse_json("{" + members + "}", "the request"), false);
}

CompletionRequest chat(const std::string& members) {
  return read_completion(
      parse_json(R"({"messages":[{"role":"user","content":"Hi"}])" + members + "}", "the request"),
      true);
}

/// The member that an HttpError 400 names.
std::string refused(const std::function<void()>& read) {
  try {
    read();
  } catch (const HttpError& error) {
    EXPECT_EQ(error.status, 400);
    return error.param;
  }
  return "nothing";
}

TEST(OpenAiRequest, HasTheDefaultsOfThatInterface) {
  const CompletionRequest request = text(R"("prompt":"Once")");
  EXPECT_EQ(std::get<std::string>(request.prompts.at(0)), "Once");
  EXPECT_EQ(request.generate.sampling.temperature, 1);
  EXPECT_EQ(request.generate.sampling.top_p, 1);
  EXPECT_EQ(request.n, 1);
  EXPECT_FALSE(request.stream);
  EXPECT_FALSE(request.scheme.has_value());
}

TEST(OpenAiRequest, TakesTextsIdsAndListsOfBoth) {
  EXPECT_EQ(text(R"("prompt":["a","b"])").prompts.size(), 2U);
  const CompletionRequest ids = text(R"("prompt":[1,2,3])");
  ASSERT_EQ(ids.prompts.size(), 1U);
  EXPECT_THAT(std::get<std::vector<uint32_t>>(ids.prompts[0]), ElementsAre(1U, 2U, 3U));
  EXPECT_EQ(text(R"("prompt":[[1],[2,3]])").prompts.size(), 2U);
}

TEST(OpenAiRequest, ReadsEveryControlOfTheSampler) {
  const CompletionRequest request = text(
      R"("prompt":"x","max_tokens":7,"temperature":0,"top_p":0.9,"top_k":-1,"min_p":0.1,)"
      R"("repeat_penalty":1.2,"presence_penalty":0.5,"frequency_penalty":-0.5,"seed":11,)"
      R"("stop":["a","b"],"n":2,"echo":true,"ignore_eos":true,"scheme":"rerope:w=8","logprobs":null,)"
      R"("stream":true,"stream_options":{"include_usage":true},"user":"me")");
  const lm::SamplingOptions& sampling = request.generate.sampling;
  EXPECT_EQ(request.generate.max_tokens, 7);
  EXPECT_EQ(sampling.temperature, 0);
  EXPECT_EQ(sampling.top_k, 0);
  EXPECT_EQ(sampling.min_p, 0.1);
  EXPECT_EQ(sampling.repetition_penalty, 1.2);
  EXPECT_EQ(sampling.frequency_penalty, -0.5);
  EXPECT_EQ(sampling.seed, 11U);
  EXPECT_THAT(request.generate.stop, ElementsAre("a", "b"));
  EXPECT_EQ(request.n, 2);
  EXPECT_TRUE(request.echo && request.stream && request.include_usage);
  EXPECT_EQ(request.scheme, "rerope:w=8");
}

TEST(OpenAiRequest, ReadsConversations) {
  const CompletionRequest request = read_completion(
      parse_json(
          R"({"messages":[{"role":"developer","content":"Be brief."},)"
          R"({"role":"user","content":[{"type":"text","text":"a"},{"type":"text","text":"b"}]}],)"
          R"("max_completion_tokens":9,"logprobs":true,"top_logprobs":2,"tools":[],)"
          R"("response_format":{"type":"text"}})",
          "the request"),
      true);
  ASSERT_EQ(request.messages.size(), 2U);
  EXPECT_EQ(request.messages[0].role, "system");
  EXPECT_EQ(request.messages[1].content, "ab");
  EXPECT_EQ(request.generate.max_tokens, 9);
  EXPECT_EQ(request.top_logprobs, 2);
}

TEST(OpenAiRequest, RefusesWhatItWouldHaveToIgnore) {
  EXPECT_EQ(refused([] { chat(R"(,"tools":[{"type":"function"}])"); }), "tools");
  EXPECT_EQ(refused([] { chat(R"(,"logit_bias":{"1":2})"); }), "logit_bias");
  EXPECT_EQ(refused([] { chat(R"(,"response_format":{"type":"json_object"})"); }),
            "response_format");
  EXPECT_EQ(refused([] { text(R"("prompt":"x","suffix":"y")"); }), "suffix");
  EXPECT_EQ(refused([] { text(R"("prompt":"x","best_of":3)"); }), "best_of");
  EXPECT_EQ(refused([] { text(R"("prompt":"x","logprobs":1,"echo":true)"); }), "echo");
  EXPECT_EQ(refused([] { text(R"("stream":false)"); }), "prompt");
  EXPECT_EQ(refused([] { chat(R"(,"top_logprobs":2)"); }), "top_logprobs");
}

TEST(OpenAiRequest, NamesTheNearestMemberOfOneItDoesNotKnow) {
  EXPECT_THAT(error_text(ErrorKind::bad_option, [] { text(R"("prompt":"x","temprature":1)"); }),
              HasSubstr("temperature"));
  EXPECT_THAT(error_text(ErrorKind::bad_option, [] { text(R"("prompt":"x","temperature":-1)"); }),
              HasSubstr("temperature is -1"));
}

}  // namespace
}  // namespace yonder::web
