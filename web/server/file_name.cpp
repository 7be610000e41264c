// SPDX-License-Identifier: Apache-2.0
#include "web/server/file_name.h"

#include "web/server/target.h"
#include "yonder/base/utf8.h"

#include <fmt/format.h>

#include <cerrno>
#include <fstream>

namespace yonder::web {
namespace {

/// The bytes of a file, 256 KiB at a time.
class FileChunks : public ChunkSource {
 public:
  explicit FileChunks(const std::filesystem::path& path) : file_(path, std::ios::binary) {
    if (!file_) {
      fail_errno(path.string(), "cannot be opened", errno);
    }
  }
  bool next(std::string& out) override {
    constexpr size_t kPart = size_t{256} << 10;
    out.resize(kPart);
    file_.read(out.data(), static_cast<std::streamsize>(kPart));
    out.resize(static_cast<size_t>(file_.gcount()));
    return out.size() == kPart;
  }
  void set_wake(std::function<void()> /*wake*/) override {}

 private:
  std::ifstream file_;
};

}  // namespace

void require_file_name(const std::string& name) {
  constexpr size_t kLongest = 200;
  bool plain = !name.empty() && name.size() <= kLongest && name.front() != '.' &&
               utf8_first_error(name) == std::string_view::npos;
  for (const char c : name) {
    const auto byte = static_cast<unsigned char>(c);
    plain = plain && byte >= 0x20 && byte != 0x7F && c != '/' && c != '\\';
  }
  require(plain, ErrorKind::bad_option,
          "\"{}\" is no plain file name; a name such as mine.model was expected, at most {} bytes, "
          "without a dot in front and without slashes",
          utf8_replace_invalid(std::string_view(name).substr(0, kLongest)), kLongest);
}

std::string uploaded_name(const HttpRequest& request) {
  const std::string* encoded = request.header("x-file-name");
  require(encoded != nullptr, ErrorKind::bad_option,
          "the header X-File-Name is missing; it holds the file's name, percent-encoded");
  std::string name = percent_decode(*encoded, "X-File-Name");
  require_file_name(name);
  return name;
}

Error renamed_error(const Error& error, const std::string& path, const std::string& name) {
  std::string message = error.what();
  for (size_t at = 0; (at = message.find(path, at)) != std::string::npos; at += name.size()) {
    message.replace(at, path.size(), name);
  }
  return Error(error.kind, message, error.column);
}

HttpResponse download_response(const std::filesystem::path& path, const std::string& name) {
  HttpResponse response;
  response.content_type = "application/octet-stream";
  response.headers.emplace_back(
      "Content-Disposition", fmt::format("attachment; filename*=UTF-8''{}", percent_encode(name)));
  response.body = std::make_shared<FileChunks>(path);
  return response;
}

}  // namespace yonder::web
