// SPDX-License-Identifier: Apache-2.0
#include "yonder/base/mmap.h"

#include "tests/error_text.h"
#include "yonder/base/file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <utility>

namespace yonder {
namespace {

using testing::HasSubstr;

TEST(MappedFile, ShowsTheFilesBytes) {
  const TemporaryFolder folder;
  const std::string content = std::string("a\0b", 3) + std::string(100000, 'x');
  write_file(folder.path() / "a", content);
  const MappedFile file(folder.path() / "a");
  EXPECT_EQ(file.size(), content.size());
  EXPECT_EQ(file.view(), content);
}

TEST(MappedFile, EmptyFileIsAnEmptyView) {
  const TemporaryFolder folder;
  write_file(folder.path() / "a", "");
  EXPECT_TRUE(MappedFile(folder.path() / "a").view().empty());
  EXPECT_TRUE(MappedFile().view().empty());
}

TEST(MappedFile, KeepsItsBytesWhenMoved) {
  const TemporaryFolder folder;
  write_file(folder.path() / "a", "aaa");
  write_file(folder.path() / "b", "bbb");
  MappedFile a(folder.path() / "a");
  const char* place = a.view().data();
  MappedFile moved(std::move(a));
  EXPECT_EQ(moved.view().data(), place);
  moved = MappedFile(folder.path() / "b");
  EXPECT_EQ(moved.view(), "bbb");
}

TEST(MappedFile, RefusesWhatIsNoRegularFile) {
  const TemporaryFolder folder;
  EXPECT_THAT(error_text(ErrorKind::file, [] { MappedFile file("/nowhere/a"); }),
              HasSubstr("/nowhere/a: cannot be opened: No such file"));
  EXPECT_THAT(error_text(ErrorKind::file, [&] { MappedFile file(folder.path()); }),
              HasSubstr("is a folder"));
  const std::filesystem::path pipe = folder.path() / "pipe";
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
  EXPECT_THAT(error_text(ErrorKind::file, [&] { MappedFile file(pipe); }),
              HasSubstr("is a device or a pipe"));
}

}  // namespace
}  // namespace yonder
