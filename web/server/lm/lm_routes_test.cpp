// SPDX-License-Identifier: Apache-2.0
// The routes of language models over a real, tiny model.
#include "tests/small_lm.h"
#include "tests/web_app_fixture.h"
#include "yonder/base/file.h"
#include "yonder/lm/position/table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace yonder::web {
namespace {

using testing::HasSubstr;

class LmRoutes : public WebAppFixture {
 protected:
  LmRoutes() {
    lm::write_small_lm(folder_.path() / "tiny");
    std::string text;
    for (int i = 0; i < 400; ++i) {
      text += fmt::format("{} sat on the mat. ", i);
    }
    write_file(folder_.path() / "book.txt", text);
    options_.lm.models = {(folder_.path() / "tiny").string()};
    options_.lm.context = 256;
    options_.texts = {(folder_.path() / "book.txt").string()};
  }

  /// The answer to a completion, waited for as the server does.
  HttpResponse finish(HttpResponse response) {
    if (auto* later = std::get_if<std::shared_ptr<LaterResponse>>(&response.body)) {
      const std::shared_ptr<LaterResponse> waiting = std::move(*later);
      while (true) {
        if (std::optional<HttpResponse> came = waiting->take()) {
          return std::move(*came);
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
      }
    }
    return response;
  }
  Json complete(const std::string& route, const std::string& members) {
    const HttpResponse response = finish(call("POST", "/v1/" + route, "{" + members + "}"));
    EXPECT_EQ(response.status, 200) << std::get<std::string>(response.body);
    return parse_json(std::get<std::string>(response.body), route);
  }

  TemporaryFolder folder_;
};

TEST_F(LmRoutes, ListTheModelsInBothForms) {
  const Json own = json("GET", "/api/lm/models").at("models").array().at(0);
  EXPECT_EQ(own.at("id").text(), "tiny");
  EXPECT_EQ(own.at("train_length").integer(), 32);
  EXPECT_TRUE(own.at("has_codec").boolean());
  const Json list = json("GET", "/v1/models");
  EXPECT_EQ(list.at("object").text(), "list");
  EXPECT_EQ(list.at("data").array().at(0).at("id").text(), "tiny");
  EXPECT_EQ(json("GET", "/v1/models/tiny").at("object").text(), "model");
}

TEST_F(LmRoutes, ContinueATextTheSameWithTheSameSeed) {
  const std::string members =
      R"("model":"tiny","prompt":"the cat","max_tokens":12,"seed":3,"scheme":"rerope:w=8")";
  const Json first = complete("completions", members);
  EXPECT_EQ(first.at("usage").at("prompt_tokens").integer(), 8);
  EXPECT_EQ(first.at("yonder").at("scheme").text(), "rerope:w=8");
  EXPECT_TRUE(
      std::holds_alternative<std::nullptr_t>(first.at("yonder").at("declared_limit").value()));
  EXPECT_EQ(complete("completions", members).at("choices").array().at(0).at("text").text(),
            first.at("choices").array().at(0).at("text").text());
}

TEST_F(LmRoutes, ForkOnePromptIntoSeveralTextsThatAreThoseOfRunsAlone) {
  const Json both = complete(
      "completions", R"("prompt":["the cat","on the"],"n":2,"max_tokens":8,"ignore_eos":true)");
  ASSERT_EQ(both.at("choices").array().size(), 4U);
  EXPECT_EQ(both.at("usage").at("completion_tokens").integer(), 32);
  // The first text of the first prompt draws from stream 0, as one alone does.
  const Json alone =
      complete("completions", R"("prompt":"the cat","max_tokens":8,"ignore_eos":true)");
  EXPECT_EQ(both.at("choices").array().at(0).at("text").text(),
            alone.at("choices").array().at(0).at("text").text());
}

TEST_F(LmRoutes, AnswerAConversation) {
  const Json answer =
      complete("chat/completions", R"("messages":[{"role":"user","content":"Hi"}],"max_tokens":5)");
  EXPECT_EQ(answer.at("object").text(), "chat.completion");
  EXPECT_EQ(answer.at("choices").array().at(0).at("message").at("role").text(), "assistant");
}

TEST_F(LmRoutes, KeepTheBoundsOfTheServer) {
  EXPECT_EQ(status("/v1/completions", R"({"prompt":"x","max_tokens":10000})"), 400);
  EXPECT_EQ(status("/v1/completions", R"({"prompt":"x","model":"gpt-4"})"), 404);
  EXPECT_EQ(status("/v1/completions", R"({"prompt":[999]})"), 422);
  EXPECT_EQ(status("/v1/completions", R"({"prompt":"x","scheme":"rerop:w=8"})"), 400);
  EXPECT_EQ(status("/v1/completions", R"({"prompt":")" + std::string(300, 'x') + "\"}"), 400);
}

TEST_F(LmRoutes, RefuseWhenTheLineIsFull) {
  options_.lm.together = 1;
  options_.lm.queue = 0;
  options_.lm.context = 1 << 20;
  const std::string body = R"({"prompt":"x","max_tokens":100000,"ignore_eos":true})";
  HttpResponse running = call("POST", "/v1/completions", body);
  EXPECT_EQ(status("/v1/completions", body), 429);
  running = HttpResponse();  // the client leaves
  for (int i = 0; i < 1000 && status("/v1/completions", body) == 429; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  EXPECT_EQ(status("/v1/completions", R"({"prompt":"x","model":"none"})"), 404);
}

TEST_F(LmRoutes, TakeTheTokenAsAKeyAndSayWhatIsMissing) {
  HttpRequest request;
  request.method = "GET";
  request.target = "/v1/models";
  request.headers = {{"host", "localhost"}};
  const auto verdict = app().service().admit(request);
  const HttpResponse& refusal = std::get<HttpResponse>(verdict);
  EXPECT_EQ(refusal.status, 401);
  EXPECT_THAT(std::get<std::string>(refusal.body), HasSubstr("invalid_api_key"));
  request.headers.emplace_back("authorization", "Bearer secret");
  EXPECT_TRUE(std::holds_alternative<BodyPlan>(app().service().admit(request)));
  request.headers.emplace_back("origin", "http://evil.example");
  EXPECT_EQ(std::get<HttpResponse>(app().service().admit(request)).status, 403);
}

TEST_F(LmRoutes, ListEveryTermOfSchemes) {
  const Json::Array terms = json("GET", "/api/lm/schemes").at("terms").array();
  EXPECT_EQ(terms.size(), lm::scheme_terms().size() + lm::layout_terms().size());
}

TEST_F(LmRoutes, ExplainASchemeToTheModel) {
  const Json answer = json("POST", "/api/lm/explain",
                           R"({"model":"tiny","scheme":"rerope:w=8","at":128,"cells":16})");
  const Json& explanation = answer.at("explanation");
  EXPECT_EQ(explanation.at("scheme").text(), "rerope:w=8");
  EXPECT_EQ(explanation.at("largest_distance").real(), 8);
  EXPECT_EQ(explanation.at("matrix").array().size(), 16U);
  EXPECT_EQ(explanation.at("channels").array().size(), 4U);
  EXPECT_THAT(answer.at("command").text(),
              HasSubstr("yonder lm explain --scheme rerope:w=8 --d 8 --train 32 --at 128"));
}

TEST_F(LmRoutes, CountTokensOfTextsAndConversations) {
  const Json text =
      json("POST", "/api/lm/count", R"({"model":"tiny","text":"the cat","scheme":"pi:s=4"})");
  EXPECT_EQ(text.at("tokens").integer(), 8);
  EXPECT_EQ(text.at("declared_limit").integer(), 128);
  const Json chat = json("POST", "/api/lm/count",
                         R"({"model":"tiny","messages":[{"role":"user","content":"Hi"}]})");
  EXPECT_EQ(chat.at("tokens").integer(),
            1 + static_cast<int64_t>(strlen("user: Hi\n\nassistant:")));
  EXPECT_EQ(chat.at("chat_form").text(), "plain");
}

TEST_F(LmRoutes, EvaluateAsAJobWhoseRowsComeAsTheyAreFinished) {
  const std::string id = json("POST", "/api/jobs",
                              R"({"kind":"lm.evaluate","model":"tiny","text":"t1","options":)"
                              R"({"scheme":["rope","rerope:w=8"],"lengths":[32,64],"samples":2}})")
                             .at("id")
                             .text();
  const Json job = wait_for_job(id);
  EXPECT_EQ(job.at("state").text(), "done");
  const Json::Array& rows = job.at("rows").array();
  ASSERT_EQ(rows.size(), 4U);
  EXPECT_EQ(rows[0].at("scheme").text(), "rope");
  EXPECT_EQ(rows[3].at("length").integer(), 64);
  EXPECT_THAT(job.at("command").text(), HasSubstr("yonder lm eval "));
}

TEST_F(LmRoutes, TrainAModelThatIsThenOpen) {
  const std::string id =
      json("POST", "/api/jobs",
           R"({"kind":"lm.train","name":"mine","text":"t1","options":{"layers":1,"hidden":16,)"
           R"("heads":2,"context":16,"batch":2,"steps":4,"log-every":1}})")
          .at("id")
          .text();
  const Json job = wait_for_job(id);
  EXPECT_EQ(job.at("state").text(), "done") << job.at("command").text();
  EXPECT_GE(job.at("metrics").at("loss").array().size(), 1U);
  const std::string model = job.at("result").at("model").text();
  EXPECT_EQ(
      complete("completions", fmt::format(R"("model":"{}","prompt":"a","max_tokens":3)", model))
          .at("model")
          .text(),
      model);
  EXPECT_EQ(call("DELETE", "/api/lm/models/" + model).status, 200);
  EXPECT_EQ(json("GET", "/api/lm/models").at("models").array().size(), 1U);
}

}  // namespace
}  // namespace yonder::web
