// SPDX-License-Identifier: Apache-2.0
#include "web/server/static_files.h"

#include "yonder/base/sha256.h"

#include <fmt/format.h>

#include <utility>

namespace yonder::web {

std::string_view content_type(std::string_view path) {
  static constexpr std::pair<std::string_view, std::string_view> kTypes[] = {
      {".html", "text/html; charset=utf-8"},
      {".js", "text/javascript; charset=utf-8"},
      {".css", "text/css; charset=utf-8"},
      {".json", "application/json"},
      {".svg", "image/svg+xml"},
      {".png", "image/png"},
      {".ico", "image/x-icon"},
      {".woff2", "font/woff2"},
      {".txt", "text/plain; charset=utf-8"},
  };
  for (const auto& [suffix, type] : kTypes) {
    if (path.ends_with(suffix)) {
      return type;
    }
  }
  return "application/octet-stream";
}

std::vector<Route> static_routes(std::span<const EmbeddedFile> files) {
  std::vector<Route> routes;
  for (const EmbeddedFile& file : files) {
    const std::string tag = fmt::format("\"{}\"", sha256_hex(file.bytes).substr(0, 32));
    const Handler handler = [file, tag](Call& call) {
      HttpResponse response;
      response.content_type = content_type(file.path);
      response.headers = {{"ETag", tag}, {"Cache-Control", "no-cache"}};
      const std::string* known = call.request.header("if-none-match");
      if (known != nullptr && known->find(tag) != std::string::npos) {
        response.status = 304;
      } else {
        response.body = file.bytes;
      }
      return response;
    };
    routes.push_back({"GET", fmt::format("/{}", file.path), BodyKind::none, handler});
    if (file.path == "index.html") {
      routes.push_back({"GET", "/", BodyKind::none, handler});
    }
  }
  return routes;
}

}  // namespace yonder::web
