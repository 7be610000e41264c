// SPDX-License-Identifier: Apache-2.0
// Names of files that clients send: shown to people, and at most the last segment of a path.
// Test: file_name_test.cpp.
#pragma once

#include "web/server/http_message.h"

#include <string>

namespace yonder::web {

/// Throws Error(bad_option) unless `name` is a plain file name: UTF-8, 1 to 200 bytes, no "/", "\"
/// or control character, no "." in front.
void require_file_name(const std::string& name);

/// The name in the header X-File-Name, percent-decoded. Throws Error(bad_option) if it is missing
/// or no plain file name.
std::string uploaded_name(const HttpRequest& request);

/// The error with `name`, which the client knows, in place of `path`, which it does not.
Error renamed_error(const Error& error, const std::string& path, const std::string& name);

/// A response that a browser saves: the file at `path` in pieces, under `name`. Throws Error(file).
HttpResponse download_response(const std::filesystem::path& path, const std::string& name);

}  // namespace yonder::web
