// SPDX-License-Identifier: Apache-2.0
// The built web app (web/dist), embedded in the program by cmake/web.cmake, as routes.
// Test: static_files_test.cpp.
#pragma once

#include "web/server/routes.h"

#include <span>
#include <string_view>
#include <vector>

namespace yonder::web {

struct EmbeddedFile {
  std::string_view path;  ///< in web/dist: "index.html", "assets/app.js"
  std::string_view bytes;
};

/// The files, from a source that the build generates.
std::span<const EmbeddedFile> embedded_files();

/// "text/html; charset=utf-8" for index.html, told by the suffix; application/octet-stream for a
/// suffix that the table does not have.
std::string_view content_type(std::string_view path);

/// A route for each file; index.html is also "/". A file is sent with an ETag of its content and
/// asked for again each time (it comes from this machine), so that a new version is seen at once.
std::vector<Route> static_routes(std::span<const EmbeddedFile> files);

}  // namespace yonder::web
