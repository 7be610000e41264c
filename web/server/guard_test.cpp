// SPDX-License-Identifier: Apache-2.0
#include "web/server/guard.h"

#include <gtest/gtest.h>

namespace yonder::web {
namespace {

constexpr const char* kToken = "0123456789abcdef0123456789abcdef";

/// The status of the refusal, 0 if the request may pass.
int refusal(HeaderList headers, bool needs_token = false, uint16_t port = 8765) {
  HttpRequest request;
  request.headers = std::move(headers);
  const std::optional<HttpResponse> response = Guard(port, kToken).refuse(request, needs_token);
  return response ? response->status : 0;
}

TEST(Guard, KnowsItsOwnHosts) {
  for (const char* host : {"127.0.0.1:8765", "localhost:8765", "LocalHost:8765"}) {
    EXPECT_EQ(refusal({{"host", host}}), 0) << host;
  }
}

TEST(Guard, RefusesEveryOtherHost) {
  for (const char* host :
       {"evil.example", "evil.example:8765", "127.0.0.1", "localhost", "127.0.0.1:8766",
        "[::1]:8765", "127.0.0.1:8765.evil.example", "127.0.0.1:08765", "", "localhost.:8765",
        "127.0.0.1:8765 ", "0.0.0.0:8765", "127.1:8765", "2130706433:8765"}) {
    EXPECT_EQ(refusal({{"host", host}}), 403) << host;
  }
}

TEST(Guard, WantsExactlyOneHost) {
  EXPECT_EQ(refusal({}), 400);
  EXPECT_EQ(refusal({{"host", "127.0.0.1:8765"}, {"host", "127.0.0.1:8765"}}), 400);
}

TEST(Guard, KnowsItsHostWithoutAPortOnPort80) {
  EXPECT_EQ(refusal({{"host", "localhost"}}, false, 80), 0);
  EXPECT_EQ(refusal({{"host", "evil.example"}}, false, 80), 403);
}

TEST(Guard, RefusesForeignOrigins) {
  const auto with_origin = [](const char* origin) {
    return refusal({{"host", "127.0.0.1:8765"}, {"origin", origin}});
  };
  EXPECT_EQ(with_origin("http://127.0.0.1:8765"), 0);
  EXPECT_EQ(with_origin("http://localhost:8765"), 0);
  for (const char* origin :
       {"http://evil.example", "null", "https://127.0.0.1:8765", "", "http://127.0.0.1:8766",
        "http://127.0.0.1:8765.evil.example", "http://127.0.0.1:8765/", "http://[::1]:8765"}) {
    EXPECT_EQ(with_origin(origin), 403) << origin;
  }
}

TEST(Guard, RefusesWhenAnyOfSeveralOriginsIsForeign) {
  EXPECT_EQ(refusal({{"host", "127.0.0.1:8765"},
                     {"origin", "http://127.0.0.1:8765"},
                     {"origin", "http://evil.example"}}),
            403);
}

TEST(Guard, WantsTheTokenWhereItIsNeeded) {
  const auto with_token = [](const std::string& token) {
    return refusal({{"host", "127.0.0.1:8765"}, {"x-yonder-token", token}}, true);
  };
  EXPECT_EQ(with_token(kToken), 0);
  EXPECT_EQ(refusal({{"host", "127.0.0.1:8765"}}, true), 403);
  EXPECT_EQ(refusal({{"host", "127.0.0.1:8765"}}, false), 0);
  const std::string token = kToken;
  for (const std::string& wrong :
       {std::string(), token.substr(1), token + "0", "x" + token.substr(1),
        token.substr(0, 31) + "x", std::string(32, '0'), std::string(32, '\0')}) {
    EXPECT_EQ(with_token(wrong), 403) << wrong;
  }
}

TEST(Guard, TakesTheTokenAsAClientsKeyToo) {
  const auto with_key = [](const std::string& authorization) {
    return refusal({{"host", "127.0.0.1:8765"}, {"authorization", authorization}}, true);
  };
  const std::string token = kToken;
  EXPECT_EQ(with_key("Bearer " + token), 0);
  EXPECT_EQ(with_key("bearer " + token), 0);
  for (const std::string& wrong :
       {std::string(), std::string("Bearer"), std::string("Bearer "), token, "Basic " + token,
        "Bearer  " + token, "Bearer " + token + " ", "Bearer " + token.substr(1)}) {
    EXPECT_EQ(with_key(wrong), 403) << wrong;
  }
}

TEST(NewToken, Is128FreshBitsInHex) {
  const std::string a = new_token();
  EXPECT_EQ(a.size(), 32U);
  EXPECT_EQ(a.find_first_not_of("0123456789abcdef"), std::string::npos);
  EXPECT_NE(a, new_token());
}

}  // namespace
}  // namespace yonder::web
