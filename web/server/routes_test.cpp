// SPDX-License-Identifier: Apache-2.0
#include "web/server/routes.h"

#include "tests/error_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace yonder::web {
namespace {

using testing::HasSubstr;

constexpr const char* kToken = "secret";

Router make_router() {
  const Handler says_ids = [](Call& call) {
    std::string text = "ids";
    for (const std::string& id : call.ids) {
      text += " " + id;
    }
    return json_response(text);
  };
  return Router(Guard(80, kToken),
                {{"GET", "/", BodyKind::none, says_ids},
                 {"GET", "/api/things", BodyKind::none, says_ids},
                 {"POST", "/api/things", BodyKind::json, says_ids},
                 {"GET", "/api/things/{thing}/parts/{part}", BodyKind::none, says_ids},
                 {"POST", "/api/texts", BodyKind::text, says_ids}},
                "uploads");
}

HttpRequest request(const std::string& method, const std::string& target, bool token = true) {
  HttpRequest r;
  r.method = method;
  r.target = target;
  r.headers = {{"host", "localhost"}};
  if (token) {
    r.headers.emplace_back("x-yonder-token", kToken);
  }
  return r;
}

/// The status of what admit() says; 0 if it wants to go on.
int refusal(const HttpRequest& r) {
  Router router = make_router();
  const std::variant<BodyPlan, HttpResponse> verdict = router.admit(r);
  const HttpResponse* response = std::get_if<HttpResponse>(&verdict);
  return response != nullptr ? response->status : 0;
}

std::string answer(const std::string& method, const std::string& target) {
  HttpRequest r = request(method, target);
  return std::get<std::string>(make_router().respond(r).body);
}

TEST(Router, HandsOverWhatStandsAtThePlaceholders) {
  EXPECT_EQ(answer("GET", "/api/things/t%201/parts/p?x=1"), "ids t 1 p");
  EXPECT_EQ(answer("GET", "/"), "ids");
}

TEST(Router, AnswersHeadWithTheRouteOfGet) { EXPECT_EQ(refusal(request("HEAD", "/")), 0); }

TEST(Router, TellsUnknownPathsFromUnknownMethods) {
  EXPECT_EQ(refusal(request("GET", "/nothing")), 404);
  EXPECT_EQ(refusal(request("GET", "/api/things/t1/parts")), 404);
  EXPECT_EQ(refusal(request("DELETE", "/api/things")), 405);
  EXPECT_EQ(refusal(request("OPTIONS", "/")), 405);
  EXPECT_EQ(refusal(request("get", "/")), 405);
}

TEST(Router, NamesTheMethodsThatAPathTakes) {
  Router router = make_router();
  const auto verdict = router.admit(request("DELETE", "/api/things"));
  const HttpResponse& response = std::get<HttpResponse>(verdict);
  EXPECT_EQ(response.headers, (HeaderList{{"Allow", "GET, HEAD, POST"}}));
}

TEST(Router, AsksForTheTokenUnderApiHoweverThePathIsSpelt) {
  for (const char* target : {"/api/things", "/%61pi/things", "/a%70i/nothing", "/api"}) {
    EXPECT_EQ(refusal(request("GET", target, false)), 403) << target;
  }
  EXPECT_EQ(refusal(request("GET", "/", false)), 0);
  EXPECT_EQ(refusal(request("GET", "/nothing", false)), 404);
}

TEST(Router, RefusesMalformedTargets) {
  EXPECT_EQ(refusal(request("GET", "/../x", false)), 400);
  EXPECT_EQ(refusal(request("GET", "//api/things", false)), 400);
}

TEST(Router, ChecksTheHostBeforeAnythingElse) {
  HttpRequest foreign = request("GET", "/../x");
  foreign.headers[0].second = "evil.example";
  EXPECT_EQ(refusal(foreign), 403);
}

TEST(Router, PlansBodiesByTheirKind) {
  Router router = make_router();
  const auto plan = [&](const std::string& method, const std::string& target) {
    return std::get<BodyPlan>(router.admit(request(method, target)));
  };
  EXPECT_EQ(plan("GET", "/").limit, 0U);
  EXPECT_EQ(plan("POST", "/api/things").limit, uint64_t{2} << 20);
  EXPECT_EQ(plan("POST", "/api/things").folder, "");
  EXPECT_EQ(plan("POST", "/api/texts").limit, uint64_t{512} << 20);
  EXPECT_EQ(plan("POST", "/api/texts").folder, "uploads");
}

TEST(Call, SaysWhereItsJsonIsMalformed) {
  HttpRequest r;
  r.body = "{\"a\":}";
  const Call call{r, {}};
  EXPECT_THAT(error_text(ErrorKind::bad_data, [&] { call.json(); }),
              HasSubstr("the request: byte"));
}

}  // namespace
}  // namespace yonder::web
