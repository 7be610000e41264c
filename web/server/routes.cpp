// SPDX-License-Identifier: Apache-2.0
#include "web/server/routes.h"

#include <fmt/format.h>

namespace yonder::web {
namespace {

/// The ids, if the path fits the pattern.
std::optional<std::vector<std::string>> fit(const std::vector<std::string>& pattern,
                                            const std::vector<std::string>& path) {
  if (pattern.size() != path.size()) {
    return std::nullopt;
  }
  std::vector<std::string> ids;
  for (size_t i = 0; i < path.size(); ++i) {
    if (pattern[i].starts_with('{')) {
      ids.push_back(path[i]);
    } else if (pattern[i] != path[i]) {
      return std::nullopt;
    }
  }
  return ids;
}

/// The segments of a pattern; braces are no characters of a target, so it is cut by hand.
std::vector<std::string> pattern_segments(const std::string& pattern) {
  std::vector<std::string> segments;
  for (size_t first = 1; first < pattern.size();) {
    const size_t end = std::min(pattern.find('/', first), pattern.size());
    segments.push_back(pattern.substr(first, end - first));
    first = end + 1;
  }
  return segments;
}

}  // namespace

uint64_t body_limit(BodyKind kind) {
  switch (kind) {
    case BodyKind::none:
      return 0;
    case BodyKind::json:
      return uint64_t{2} << 20;
    case BodyKind::model:
      return uint64_t{64} << 20;
    case BodyKind::text:
      return uint64_t{512} << 20;
  }
  return 0;
}

Json Call::json() const { return parse_json(request.body, "the request"); }

Router::Router(Guard guard, std::vector<Route> routes, std::filesystem::path upload_folder)
    : guard_(std::move(guard)), upload_folder_(std::move(upload_folder)) {
  for (Route& route : routes) {
    std::vector<std::string> segments = pattern_segments(route.pattern);
    rows_.push_back({std::move(route), std::move(segments)});
  }
}

Router::Match Router::match(const std::string& method, const Target& target) const {
  Match found;
  for (const Row& row : rows_) {
    std::optional<std::vector<std::string>> ids = fit(row.segments, target.segments);
    if (!ids) {
      continue;
    }
    if (row.route.method == method || (row.route.method == "GET" && method == "HEAD")) {
      found.row = &row;
      found.ids = std::move(*ids);
      return found;
    }
    found.allowed += (found.allowed.empty() ? "" : ", ") + row.route.method;
    if (row.route.method == "GET") {
      found.allowed += ", HEAD";
    }
  }
  return found;
}

std::variant<BodyPlan, HttpResponse> Router::admit(const HttpRequest& head) {
  std::optional<Target> target;
  std::string malformed;
  try {
    target = parse_target(head.target);
  } catch (const Error& error) {
    malformed = error.what();
  }
  // Told by the decoded path, so that no spelling of it comes in without the token. The token is
  // asked for before anything is said about what lies there.
  const std::string area = target && !target->segments.empty() ? target->segments[0] : "";
  if (std::optional<HttpResponse> refusal = guard_.refuse(head, area == "api")) {
    return std::move(*refusal);
  }
  if (area == "v1" && !guard_.has_token(head)) {
    HttpResponse refusal = error_response(
        401, ErrorKind::bad_option,
        "this is not the key of this server; it is the token in the address that `yonder serve` "
        "printed, sent as \"Authorization: Bearer TOKEN\"",
        -1, "invalid_api_key");
    refusal.headers.emplace_back("WWW-Authenticate", "Bearer");
    return refusal;
  }
  if (!target) {
    return error_response(400, ErrorKind::bad_data, malformed);
  }
  const Match found = match(head.method, *target);
  if (found.row == nullptr && found.allowed.empty()) {
    return error_response(404, ErrorKind::file, "there is nothing under this path");
  }
  if (found.row == nullptr) {
    HttpResponse refusal = error_response(405, ErrorKind::bad_option,
                                          fmt::format("this path takes {}", found.allowed));
    refusal.headers.emplace_back("Allow", found.allowed);
    return refusal;
  }
  const BodyKind kind = found.row->route.body;
  const bool to_file = kind == BodyKind::model || kind == BodyKind::text;
  return BodyPlan{body_limit(kind), to_file ? upload_folder_ : std::filesystem::path()};
}

HttpResponse Router::respond(HttpRequest& request) {
  Match found = match(request.method, parse_target(request.target));
  YONDER_CHECK(found.row != nullptr);
  Call call{request, std::move(found.ids)};
  return found.row->route.handler(call);
}

}  // namespace yonder::web
