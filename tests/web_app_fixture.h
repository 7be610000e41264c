// SPDX-License-Identifier: Apache-2.0
// The web app as its pages use it, without a socket: requests go through the router.
#pragma once

#include "web/server/web_app.h"

#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <variant>

namespace yonder::web {

class WebAppFixture : public testing::Test {
 protected:
  WebAppFixture() { options_.threads = 1; }

  /// Made when it is first needed, so that a test can set options_ before.
  WebApp& app() {
    if (app_ == nullptr) {
      app_ = std::make_unique<WebApp>(options_, 80, "secret", nullptr);
    }
    return *app_;
  }

  /// file_name: the body is an upload of that name.
  HttpResponse call(const std::string& method, const std::string& target,
                    const std::string& body = "", const std::string& file_name = "") {
    HttpRequest request;
    request.method = method;
    request.target = target;
    request.headers = {{"host", "localhost"}, {"x-yonder-token", "secret"}};
    std::variant<BodyPlan, HttpResponse> verdict = app().service().admit(request);
    if (HttpResponse* refusal = std::get_if<HttpResponse>(&verdict)) {
      return std::move(*refusal);
    }
    if (file_name.empty()) {
      request.body = body;
    } else {
      request.headers.emplace_back("x-file-name", file_name);
      request.file = std::make_shared<UploadFile>(std::get<BodyPlan>(verdict).folder);
      request.file->write(body);
    }
    return app().service().respond(request);
  }

  Json json(const std::string& method, const std::string& target, const std::string& body = "",
            const std::string& file_name = "") {
    const HttpResponse response = call(method, target, body, file_name);
    EXPECT_LT(response.status, 300) << std::get<std::string>(response.body);
    return parse_json(std::get<std::string>(response.body), target);
  }

  /// The status of a request, also of one that is refused.
  int status(const std::string& target, const std::string& body) {
    try {
      return call("POST", target, body).status;
    } catch (const HttpError& error) {
      return error.status;
    } catch (const Error& error) {
      return http_status(error.kind);
    }
  }

  /// The job once it is over.
  Json wait_for_job(const std::string& id) {
    while (true) {
      const Json job = json("GET", "/api/jobs/" + id);
      const std::string& state = job.at("state").text();
      if (state != "queued" && state != "running") {
        return job;
      }
      std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
  }

  ServeOptions options_;
  std::unique_ptr<WebApp> app_;
};

/// `text` as a JSON string, for requests.
inline std::string json_text(std::string_view text) { return json_escape_lossy(text); }

}  // namespace yonder::web
