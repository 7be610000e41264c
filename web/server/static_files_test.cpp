// SPDX-License-Identifier: Apache-2.0
#include "web/server/static_files.h"

#include "yonder/base/file.h"

#include <gtest/gtest.h>

namespace yonder::web {
namespace {

TEST(EmbeddedFiles, AreThoseOfWebDistByteForByte) {
  const std::filesystem::path dist = std::filesystem::path(YONDER_SOURCE_DIR) / "web" / "dist";
  size_t files = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(dist)) {
    if (!entry.is_regular_file()) {
      continue;
    }
    ++files;
    const std::string path = entry.path().lexically_relative(dist).string();
    const auto same = [&](const EmbeddedFile& file) {
      return file.path == path && file.bytes == read_file(entry.path());
    };
    EXPECT_TRUE(std::any_of(embedded_files().begin(), embedded_files().end(), same)) << path;
  }
  EXPECT_EQ(embedded_files().size(), files);
}

TEST(EmbeddedFiles, HaveNoNameThatNeedsEscapes) {
  for (const EmbeddedFile& file : embedded_files()) {
    EXPECT_EQ(parse_target("/" + std::string(file.path)).segments.empty(), false);
    EXPECT_NE(content_type(file.path), "application/octet-stream") << file.path;
  }
}

HttpResponse get(const std::vector<Route>& routes, size_t route, const std::string& known = "") {
  HttpRequest request;
  if (!known.empty()) {
    request.headers.emplace_back("if-none-match", known);
  }
  Call call{request, {}};
  return routes[route].handler(call);
}

TEST(StaticRoutes, ServeIndexAlsoAsTheRoot) {
  const EmbeddedFile files[] = {{"assets/app.js", "1;"}, {"index.html", "<html>"}};
  const std::vector<Route> routes = static_routes(files);
  ASSERT_EQ(routes.size(), 3U);
  EXPECT_EQ(routes[0].pattern, "/assets/app.js");
  EXPECT_EQ(get(routes, 0).content_type, "text/javascript; charset=utf-8");
  EXPECT_EQ(routes[1].pattern, "/index.html");
  EXPECT_EQ(routes[2].pattern, "/");
  EXPECT_EQ(std::get<std::string_view>(get(routes, 2).body), "<html>");
}

TEST(StaticRoutes, SendAFileOnceToWhoKeepsIt) {
  const EmbeddedFile files[] = {{"a.css", "x"}, {"b.css", "y"}};
  const std::vector<Route> routes = static_routes(files);
  const std::string tag = get(routes, 0).headers[0].second;
  EXPECT_EQ(get(routes, 0, tag).status, 304);
  EXPECT_EQ(get(routes, 0, "\"other\"").status, 200);
  EXPECT_EQ(get(routes, 1, tag).status, 200);
}

}  // namespace
}  // namespace yonder::web
