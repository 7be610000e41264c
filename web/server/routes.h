// SPDX-License-Identifier: Apache-2.0
// The table of routes: which method and path goes to which handler, who may call it and how much it
// may send.
//
//   {"POST", "/api/jobs/{id}", BodyKind::none, [this](Call& call) { ... call.ids[0] ... }}
//
// A handler takes a Call and returns a response; what it throws becomes a status and a JSON error
// (http_status()). Everything under /api and /v1 needs the token. Test: routes_test.cpp.
#pragma once

#include "web/server/guard.h"
#include "web/server/http_message.h"
#include "web/server/target.h"
#include "yonder/base/json.h"

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace yonder::web {

/// What a route takes as body.
enum class BodyKind {
  none,
  json,   ///< a JSON document, at most 2 MiB
  model,  ///< a file, at most 64 MiB, as call.request.file
  text,   ///< a file, at most 512 MiB
};

/// The most bytes of such a body.
uint64_t body_limit(BodyKind kind);

/// One request on its way to a handler.
struct Call {
  HttpRequest& request;
  std::vector<std::string> ids;  ///< what stood where the pattern has "{...}", in order

  /// The body as JSON. Throws Error(bad_data).
  Json json() const;
};

using Handler = std::function<HttpResponse(Call&)>;

struct Route {
  std::string method;   ///< "GET" also answers HEAD
  std::string pattern;  ///< segments; one that begins with "{" stands for any
  BodyKind body = BodyKind::none;
  Handler handler;
};

/// Finds the route of a request. Knows no subject.
class Router : public HttpService {
 public:
  /// upload_folder: where bodies of files go.
  Router(Guard guard, std::vector<Route> routes, std::filesystem::path upload_folder);

  std::variant<BodyPlan, HttpResponse> admit(const HttpRequest& head) override;
  HttpResponse respond(HttpRequest& request) override;

 private:
  struct Row {
    Route route;
    std::vector<std::string> segments;  // of the pattern
  };
  struct Match {
    const Row* row = nullptr;
    std::vector<std::string> ids;
    std::string allowed;  // methods that the path has, where none fits
  };
  Match match(const std::string& method, const Target& target) const;

  Guard guard_;
  std::vector<Row> rows_;
  std::filesystem::path upload_folder_;
};

}  // namespace yonder::web
