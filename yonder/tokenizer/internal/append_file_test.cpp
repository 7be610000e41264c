// SPDX-License-Identifier: Apache-2.0
#include "yonder/tokenizer/internal/append_file.h"

#include "tests/error_text.h"
#include "yonder/base/file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace yonder::tokenizer::internal {
namespace {

using testing::HasSubstr;

TEST(AppendFile, GoesOnWhereItIsCutBackTo) {
  const TemporaryFolder folder;
  const auto path = folder.path() / "ids";
  {
    AppendFile file(path, 0);
    file.append("abcdef");
    file.sync();
  }
  {
    AppendFile file(path, 4);
    file.append("xyz");
    EXPECT_EQ(file.size(), 7U);
    file.sync();
  }
  EXPECT_EQ(read_file(path), "abcdxyz");
}

TEST(AppendFile, WritesMoreThanItsBuffer) {
  const TemporaryFolder folder;
  const std::string block(300000, 'x');
  AppendFile file(folder.path() / "ids", 0);
  for (int i = 0; i < 10; ++i) {
    file.append(block);
  }
  file.sync();
  EXPECT_EQ(read_file(folder.path() / "ids").size(), 3000000U);
}

TEST(AppendFile, RefusesAFileThatLostBytes) {
  const TemporaryFolder folder;
  write_file(folder.path() / "ids", "abc");
  EXPECT_THAT(error_text(ErrorKind::file, [&] { AppendFile(folder.path() / "ids", 4); }),
              HasSubstr("has 3 bytes and should have 4"));
}

TEST(AppendFile, NamesAFileThatCannotBeMade) {
  EXPECT_THAT(error_text(ErrorKind::file, [] { AppendFile("/no/such/folder/ids", 0); }),
              HasSubstr("/no/such/folder/ids"));
}

}  // namespace
}  // namespace yonder::tokenizer::internal
