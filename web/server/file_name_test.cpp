// SPDX-License-Identifier: Apache-2.0
#include "web/server/file_name.h"

#include "tests/error_text.h"
#include "yonder/base/file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace yonder::web {
namespace {

using testing::HasSubstr;

std::string uploaded(HeaderList headers) {
  HttpRequest request;
  request.headers = std::move(headers);
  return uploaded_name(request);
}

TEST(UploadedName, IsDecoded) {
  EXPECT_EQ(uploaded({{"x-file-name", "my%20%E4%B9%A6.model"}}), "my 书.model");
}

TEST(UploadedName, IsNeverAPath) {
  for (const char* name : {"", "..", ".hidden", "a/b", "%2Fetc%2Fpasswd", "a%5Cb", "a%00", "a%0Ab",
                           "%FF%FE", "a%7F"}) {
    error_text(ErrorKind::bad_option, [&] { uploaded({{"x-file-name", name}}); });
  }
  error_text(ErrorKind::bad_option, [] { uploaded({{"x-file-name", std::string(201, 'a')}}); });
}

TEST(UploadedName, IsAskedFor) {
  EXPECT_THAT(error_text(ErrorKind::bad_option, [] { uploaded({}); }), HasSubstr("X-File-Name"));
}

TEST(DownloadResponse, HoldsTheWholeFileUnderItsName) {
  const TemporaryFolder folder;
  const std::string bytes(600'000, 'x');
  write_file(folder.path() / "f", bytes);
  const HttpResponse response = download_response(folder.path() / "f", "书 \"1\".model");
  EXPECT_EQ(response.headers[0].second, "attachment; filename*=UTF-8''%E4%B9%A6%20%221%22.model");
  const auto source = std::get<std::shared_ptr<ChunkSource>>(response.body);
  std::string all;
  for (bool more = true; more;) {
    std::string part;
    more = source->next(part);
    all += part;
  }
  EXPECT_EQ(all, bytes);
}

TEST(DownloadResponse, SaysThatAFileIsMissing) {
  error_text(ErrorKind::file, [] { download_response("/nowhere/at all", "x"); });
}

}  // namespace
}  // namespace yonder::web
