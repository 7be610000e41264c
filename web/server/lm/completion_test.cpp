// SPDX-License-Identifier: Apache-2.0
// A script takes the place of the model: token t is followed by t + 1.
#include "web/server/lm/completion.h"

#include "yonder/base/json.h"
#include "yonder/lm/position/scheme.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <thread>

namespace yonder::web {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

/// After any token its successor; `hold`, where there is one, is asked before each step.
class Script : public lm::LogitsSource {
 public:
  explicit Script(std::function<void()> hold = {}) : hold_(std::move(hold)) {}
  std::vector<float> read(size_t s, std::span<const uint32_t> ids) override {
    lengths_[s] = static_cast<int64_t>(ids.size());
    return after(ids.back());
  }
  std::vector<std::vector<float>> step(std::span<const size_t> sequences,
                                       std::span<const uint32_t> ids) override {
    if (hold_) {
      hold_();
    }
    std::vector<std::vector<float>> rows;
    for (size_t i = 0; i < sequences.size(); ++i) {
      ++lengths_[sequences[i]];
      rows.push_back(after(ids[i]));
    }
    return rows;
  }
  int64_t length(size_t s) const override { return lengths_.at(s); }
  void release(size_t /*s*/) override {}

 private:
  static std::vector<float> after(uint32_t id) {
    std::vector<float> logits(257, 0.0F);
    logits[(id + 1) % 256] = 20;
    return logits;
  }
  std::function<void()> hold_;
  std::map<size_t, int64_t> lengths_;
};

class CompletionTest : public testing::Test {
 protected:
  CompletionTask task(const std::string& prompt) {
    CompletionTask task;
    task.model = "script";
    task.codec = codec_.get();
    task.prompts = {codec_->encode(prompt, true)};
    task.scheme = "rope";
    task.declared_limit = lm::kUnlimited;
    task.train_length = 16;
    task.request.generate.max_tokens = 3;
    task.request.generate.sampling.temperature = 0;
    task.open = [](Progress&) { return std::make_unique<Script>(); };
    return task;
  }
  /// The answer of work that runs to its end.
  static Json answer(CompletionTask task) {
    const auto completion = std::make_shared<Completion>(std::move(task));
    const HttpResponse waiting = completion_response(completion, false);
    completion->run();
    std::optional<HttpResponse> response =
        std::get<std::shared_ptr<LaterResponse>>(waiting.body)->take();
    EXPECT_TRUE(response.has_value());
    return parse_json(std::get<std::string>(response->body), "answer");
  }

  std::unique_ptr<lm::TextCodec> codec_ = lm::make_byte_codec();
};

TEST_F(CompletionTest, AnswersInTheFormOfTheInterface) {
  const Json json = answer(task("ab"));
  EXPECT_EQ(json.at("object").text(), "text_completion");
  EXPECT_EQ(json.at("model").text(), "script");
  const Json& choice = json.at("choices").array().at(0);
  EXPECT_EQ(choice.at("text").text(), "cde");
  EXPECT_EQ(choice.at("finish_reason").text(), "length");
  EXPECT_EQ(json.at("usage").at("prompt_tokens").integer(), 3);  // with the first token
  EXPECT_EQ(json.at("usage").at("completion_tokens").integer(), 3);
  EXPECT_EQ(json.at("usage").at("total_tokens").integer(), 6);
  EXPECT_EQ(json.at("yonder").at("scheme").text(), "rope");
}

TEST_F(CompletionTest, StopsEchoesAndCountsItsTexts) {
  CompletionTask asked = task("ab");
  asked.request.generate.stop = {"e"};
  asked.request.generate.max_tokens = 9;
  asked.request.echo = true;
  asked.request.n = 2;
  const Json json = answer(std::move(asked));
  ASSERT_EQ(json.at("choices").array().size(), 2U);
  for (const Json& choice : json.at("choices").array()) {
    EXPECT_EQ(choice.at("text").text(), "abcd");
    EXPECT_EQ(choice.at("finish_reason").text(), "stop");
  }
}

TEST_F(CompletionTest, GivesLogProbabilitiesInBothForms) {
  CompletionTask asked = task("ab");
  asked.request.top_logprobs = 2;
  const Json text = answer(asked).at("choices").array().at(0).at("logprobs");
  EXPECT_EQ(text.at("tokens").array().at(1).text(), "d");
  EXPECT_EQ(text.at("text_offset").array().at(2).integer(), 2);
  EXPECT_NEAR(text.at("token_logprobs").array().at(0).real(), 0, 1e-5);
  EXPECT_NEAR(text.at("top_logprobs").array().at(0).at("c").real(), 0, 1e-5);
  asked.request.chat = true;
  const Json chat = answer(asked).at("choices").array().at(0);
  EXPECT_EQ(chat.at("message").at("content").text(), "cde");
  const Json& first = chat.at("logprobs").at("content").array().at(0);
  EXPECT_EQ(first.at("token").text(), "c");
  EXPECT_EQ(first.at("bytes").array().at(0).integer(), 'c');
  EXPECT_EQ(first.at("top_logprobs").array().size(), 2U);
}

TEST_F(CompletionTest, StreamsEventsThatEndWithDone) {
  CompletionTask asked = task("ab");
  asked.request.stream = true;
  asked.request.include_usage = true;
  asked.request.chat = true;
  const auto completion = std::make_shared<Completion>(std::move(asked));
  const HttpResponse response = completion_response(completion, true);
  EXPECT_EQ(response.content_type, "text/event-stream");
  const auto source = std::get<std::shared_ptr<ChunkSource>>(response.body);
  std::string events;
  EXPECT_TRUE(source->next(events));
  EXPECT_THAT(events, StartsWith("data: {"));
  EXPECT_THAT(events, HasSubstr(R"("role":"assistant")"));
  completion->run();
  EXPECT_FALSE(source->next(events));
  EXPECT_THAT(events, HasSubstr(R"("delta":{"content":"d"})"));
  EXPECT_THAT(events, HasSubstr(R"("finish_reason":"length")"));
  EXPECT_THAT(events, HasSubstr(R"("choices":[],"usage":{"prompt_tokens":3)"));
  EXPECT_TRUE(events.ends_with("data: [DONE]\n\n"));
}

TEST_F(CompletionTest, StreamsLogProbabilitiesWithTheTextTheyBelongTo) {
  CompletionTask asked = task("ab");
  asked.request.stream = true;
  asked.request.top_logprobs = 1;
  asked.request.generate.max_tokens = 4;
  asked.request.generate.stop = {"ez"};  // so that "e" is held back for a token
  const auto completion = std::make_shared<Completion>(std::move(asked));
  const HttpResponse response = completion_response(completion, true);
  completion->run();
  std::string events;
  EXPECT_FALSE(std::get<std::shared_ptr<ChunkSource>>(response.body)->next(events));
  std::string text;
  std::string tokens;
  std::vector<int64_t> offsets;
  for (size_t at = events.find("data: {"); at != std::string::npos;
       at = events.find("data: {", at + 1)) {
    const std::string line = events.substr(at + 6, events.find('\n', at) - at - 6);
    const Json choice = parse_json(line, "event").at("choices").array().at(0);
    text += choice.at("text").text();
    if (const Json* logprobs = choice.find("logprobs");
        !std::holds_alternative<std::nullptr_t>(logprobs->value())) {
      for (const Json& token : logprobs->at("tokens").array()) {
        tokens += token.text();
      }
      for (const Json& offset : logprobs->at("text_offset").array()) {
        offsets.push_back(offset.integer());
      }
    }
  }
  EXPECT_EQ(text, "cdef");
  EXPECT_EQ(tokens, text);
  EXPECT_EQ(offsets, (std::vector<int64_t>{0, 1, 2, 3}));
}

TEST_F(CompletionTest, GivesNoLogProbabilitiesOfWhatAStopStringTook) {
  CompletionTask asked = task("ab");
  asked.request.top_logprobs = 0;
  asked.request.generate.max_tokens = 9;
  asked.request.generate.stop = {"fg"};
  const Json choice = answer(std::move(asked)).at("choices").array().at(0);
  EXPECT_EQ(choice.at("text").text(), "cde");
  EXPECT_EQ(choice.at("logprobs").at("tokens").array().size(), 3U);
}

TEST_F(CompletionTest, WakesWhoWaitsWhenThereIsNews) {
  CompletionTask asked = task("ab");
  asked.request.stream = true;
  const auto completion = std::make_shared<Completion>(std::move(asked));
  const HttpResponse response = completion_response(completion, true);
  int woken = 0;
  std::get<std::shared_ptr<ChunkSource>>(response.body)->set_wake([&] { ++woken; });
  completion->run();
  EXPECT_EQ(woken, 4);  // three tokens and the end
}

TEST_F(CompletionTest, EndsBeforeTheNextTokenWhenItsClientLeaves) {
  CompletionTask asked = task("ab");
  asked.request.generate.max_tokens = 1000;
  std::optional<HttpResponse> response;
  int steps = 0;
  asked.open = [&](Progress&) {
    return std::make_unique<Script>([&] {
      if (++steps == 5) {
        response.reset();  // the connection lets go of its answer
      }
    });
  };
  const auto completion = std::make_shared<Completion>(std::move(asked));
  response = completion_response(completion, false);
  completion->run();
  EXPECT_EQ(steps, 5);
  EXPECT_FALSE(completion->wanted());
}

TEST_F(CompletionTest, EndsWhenItsTimeIsOverWithWhatThereIs) {
  CompletionTask asked = task("ab");
  asked.request.generate.max_tokens = 1000;
  asked.time = std::chrono::seconds(1);
  asked.open = [](Progress&) {
    return std::make_unique<Script>(
        [] { std::this_thread::sleep_for(std::chrono::milliseconds(400)); });
  };
  const Json json = answer(std::move(asked));
  EXPECT_THAT(json.at("choices").array().at(0).at("text").text(), StartsWith("cd"));
  EXPECT_EQ(json.at("choices").array().at(0).at("finish_reason").text(), "length");
  EXPECT_THAT(json.at("yonder").at("notices").array().at(0).text(), HasSubstr("1 s"));
}

TEST_F(CompletionTest, SaysSoWhenItsTimeIsOverBeforeThePromptIsRead) {
  CompletionTask asked = task("ab");
  asked.time = std::chrono::seconds(0);
  asked.open = [](Progress& progress) {
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
    ProgressRef(&progress).stop_if_cancelled("never shown");
    return std::make_unique<Script>();
  };
  const auto completion = std::make_shared<Completion>(std::move(asked));
  completion->run();
  const std::optional<HttpResponse> response = completion->take();
  EXPECT_EQ(response->status, 503);
  EXPECT_THAT(std::get<std::string>(response->body), HasSubstr("--lm-seconds"));
}

TEST_F(CompletionTest, SaysWhatWentWrongInPlaceOfAnAnswer) {
  CompletionTask asked = task("ab");
  asked.open = [](Progress&) -> std::unique_ptr<lm::LogitsSource> {
    throw Error(ErrorKind::memory, "the cache needs 3 GB; there are 2");
  };
  EXPECT_THAT(answer(asked).at("error").at("message").text(), HasSubstr("3 GB"));
  asked.request.stream = true;
  const auto completion = std::make_shared<Completion>(std::move(asked));
  const HttpResponse response = completion_response(completion, true);
  completion->run();
  std::string events;
  EXPECT_FALSE(std::get<std::shared_ptr<ChunkSource>>(response.body)->next(events));
  EXPECT_THAT(events, HasSubstr(R"(data: {"error":)"));
}

}  // namespace
}  // namespace yonder::web
