// SPDX-License-Identifier: Apache-2.0
#include "web/server/http_message.h"

#include "yonder/base/json.h"

#include <algorithm>

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

HttpResponse error_response(int status, ErrorKind kind, std::string_view message, int64_t column) {
  JsonWriter w;
  w.begin_object().key("error").begin_object().key("kind").value(to_string(kind));
  w.key("message").raw(json_escape_lossy(message)).key("column").value(column);
  w.end_object().end_object();
  return json_response(w.str(), status);
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
