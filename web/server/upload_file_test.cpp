// SPDX-License-Identifier: Apache-2.0
#include "web/server/upload_file.h"

#include "tests/error_text.h"
#include "web/server/http_message.h"
#include "yonder/base/file.h"

#include <gtest/gtest.h>

namespace yonder::web {
namespace {

TEST(UploadFile, HoldsWhatWasWrittenAndGoesWithItsOwner) {
  const TemporaryFolder folder;
  std::filesystem::path path;
  {
    UploadFile file(folder.path());
    file.write("abc");
    file.write("");
    file.write("def");
    path = file.path();
    EXPECT_EQ(read_file(path), "abcdef");
    EXPECT_EQ(file.size(), 6U);
  }
  EXPECT_FALSE(std::filesystem::exists(path));
}

TEST(UploadFile, NeedsItsFolder) {
  error_text(ErrorKind::file, [] { UploadFile file("/nowhere/at all"); });
}

TEST(ErrorResponse, IsAJsonDocumentWhateverTheMessage) {
  const HttpResponse response = error_response(422, ErrorKind::bad_data, "byte \xFF \"x\"", 3);
  EXPECT_EQ(response.status, 422);
  EXPECT_EQ(std::get<std::string>(response.body),
            "{\"error\":{\"kind\":\"bad_data\",\"message\":\"byte \xEF\xBF\xBD \\\"x\\\"\","
            "\"column\":3,\"type\":\"invalid_request_error\",\"param\":null,\"code\":null}}");
}

}  // namespace
}  // namespace yonder::web
