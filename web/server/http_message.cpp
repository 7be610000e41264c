// SPDX-License-Identifier: Apache-2.0
#include "web/server/http_message.h"

#include "yonder/base/json.h"

#include <algorithm>
#include <new>

namespace yonder::web {

std::string lower_case(std::string_view text) {
  std::string lower(text);
  std::transform(lower.begin(), lower.end(), lower.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return lower;
}

const std::string* HttpRequest::header(std::string_view name) const {
  for (const auto& [key, value] : headers) {
    if (key == name) {
      return &value;
    }
  }
  return nullptr;
}

HttpResponse json_response(std::string json, int status) {
  HttpResponse response;
  response.status = status;
  response.body = std::move(json);
  return response;
}

HttpResponse error_response(int status, ErrorKind kind, std::string_view message, int64_t column,
                            std::string_view code, std::string_view param) {
  constexpr int kUnauthorized = 401;
  constexpr int kForbidden = 403;
  constexpr int kTooMany = 429;
  constexpr int kUnavailable = 503;
  const char* type = status == kUnauthorized ? "authentication_error"
                     : status == kForbidden  ? "permission_error"
                     : status == kTooMany    ? "rate_limit_error"
                     : status >= 500         ? "server_error"
                                             : "invalid_request_error";
  JsonWriter w;
  const auto text_or_null = [&w](const char* name, std::string_view text) {
    w.key(name);
    if (text.empty()) {
      w.null();
    } else {
      w.raw(json_escape_lossy(text));
    }
  };
  w.begin_object().key("error").begin_object().key("kind").value(to_string(kind));
  w.key("message").raw(json_escape_lossy(message)).key("column").value(column);
  w.key("type").value(type);
  text_or_null("param", param);
  text_or_null("code", code);
  w.end_object().end_object();
  HttpResponse response = json_response(w.str(), status);
  if (status == kTooMany || status == kUnavailable) {
    response.headers.emplace_back("Retry-After", "2");
  }
  return response;
}

std::optional<HttpResponse> response_to_error() {
  try {
    throw;
  } catch (const HttpError& error) {
    return error_response(error.status, error.kind, error.what(), error.column, error.code,
                          error.param);
  } catch (const Error& error) {
    return error_response(http_status(error.kind), error.kind, error.what(), error.column);
  } catch (const std::bad_alloc&) {
    return error_response(507, ErrorKind::memory, "the system gave no more memory");
  } catch (...) {
    return std::nullopt;
  }
}

int http_status(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::bad_option:
      return 400;
    case ErrorKind::bad_data:
    case ErrorKind::numerical:
      return 422;
    case ErrorKind::file:
      return 404;
    case ErrorKind::memory:
      return 507;
    case ErrorKind::cancelled:
      return 409;
    case ErrorKind::internal:
      return 500;
  }
  return 500;
}

}  // namespace yonder::web
