// SPDX-License-Identifier: Apache-2.0
#include "yonder/base/file.h"

#include "tests/error_text.h"
#include "tests/killed_at_calls.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <csignal>

namespace yonder {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

size_t entries(const fs::path& folder) {
  return static_cast<size_t>(
      std::distance(fs::directory_iterator(folder), fs::directory_iterator()));
}

TEST(ReadFile, GivesEveryByte) {
  const TemporaryFolder folder;
  const std::string content = std::string("a\0b\xFF\n", 5) + std::string(3000000, 'x');
  write_file(folder.path() / "a", content);
  EXPECT_EQ(read_file(folder.path() / "a"), content);
}

TEST(ReadFile, ReadsFilesThatTellNoSize) {
  EXPECT_THAT(read_file("/proc/self/status"), HasSubstr("Name:"));
}

TEST(ReadFile, NamesThePathAndTheReason) {
  EXPECT_EQ(error_text(ErrorKind::file, [] { read_file("/nowhere/a.txt"); }),
            "/nowhere/a.txt: cannot be opened: No such file or directory");
  const TemporaryFolder folder;
  EXPECT_THAT(error_text(ErrorKind::file, [&] { read_file(folder.path()); }),
              HasSubstr("Is a directory"));
}

TEST(AtomicFile, AppearsOnlyOnCommit) {
  const TemporaryFolder folder;
  const fs::path path = folder.path() / "a";
  AtomicFile file(path);
  file.write("hello ");
  file.write("world");
  EXPECT_FALSE(fs::exists(path));
  EXPECT_EQ(file.size(), 11U);
  file.commit();
  EXPECT_EQ(read_file(path), "hello world");
  EXPECT_EQ(entries(folder.path()), 1U);
}

TEST(AtomicFile, LeavesNothingBehindWithoutCommit) {
  const TemporaryFolder folder;
  write_file(folder.path() / "a", "old");
  {
    AtomicFile file(folder.path() / "a");
    file.write("new");
  }
  EXPECT_EQ(read_file(folder.path() / "a"), "old");
  EXPECT_EQ(entries(folder.path()), 1U);
}

TEST(AtomicFile, KeepsOrderAcrossItsBuffer) {
  const TemporaryFolder folder;
  std::string expected;
  AtomicFile file(folder.path() / "a");
  for (const size_t size : {10U, 1048570U, 10U, 3000000U, 1U, 1048576U, 5U}) {
    const std::string part(size, static_cast<char>('a' + expected.size() % 26));
    file.write(part);
    expected += part;
    EXPECT_EQ(file.size(), expected.size());
  }
  file.write_at(1048575, "XYZ");
  expected.replace(1048575, 3, "XYZ");
  file.write("end");
  expected += "end";
  file.commit();
  EXPECT_EQ(read_file(folder.path() / "a"), expected);
}

TEST(AtomicFile, WriteAtStaysWithinWhatWasWritten) {
  const TemporaryFolder folder;
  AtomicFile file(folder.path() / "a");
  file.write("abc");
  file.write_at(0, "ABC");
  EXPECT_THAT(error_text(ErrorKind::internal, [&] { file.write_at(2, "XY"); }), HasSubstr("bug"));
}

TEST(AtomicFile, CanBeMoved) {
  const TemporaryFolder folder;
  AtomicFile file(folder.path() / "a");
  file.write("abc");
  AtomicFile moved(std::move(file));
  moved.write("def");
  moved.commit();
  EXPECT_EQ(read_file(folder.path() / "a"), "abcdef");
}

TEST(AtomicFile, TwoWritersOfOneNameDoNotMeet) {
  const TemporaryFolder folder;
  AtomicFile first(folder.path() / "a");
  AtomicFile second(folder.path() / "a");
  first.write("first");
  second.write("second");
  second.commit();
  first.commit();
  EXPECT_EQ(read_file(folder.path() / "a"), "first");
}

TEST(AtomicFile, WritesThroughALink) {
  const TemporaryFolder folder;
  write_file(folder.path() / "target", "old");
  fs::create_symlink("target", folder.path() / "link");
  write_file(folder.path() / "link", "new");
  EXPECT_TRUE(fs::is_symlink(folder.path() / "link"));
  EXPECT_EQ(read_file(folder.path() / "target"), "new");
}

TEST(AtomicFile, RefusesFoldersDevicesAndMissingFolders) {
  const TemporaryFolder folder;
  EXPECT_THAT(error_text(ErrorKind::file, [&] { AtomicFile file(folder.path()); }),
              HasSubstr("is a folder"));
  EXPECT_THAT(error_text(ErrorKind::file, [] { AtomicFile file("/dev/null"); }),
              HasSubstr("/dev/null: is a device or a pipe"));
  EXPECT_THAT(error_text(ErrorKind::file, [&] { AtomicFile file(folder.path() / "no" / "a"); }),
              HasSubstr("cannot be created: No such file or directory"));
}

TEST(AtomicFile, FullDiskIsAnErrorAndKeepsTheOldFile) {
  const TemporaryFolder folder;
  const fs::path path = folder.path() / "a";
  write_file(path, "old");
  // A limit on the size of files stands in for a full disk: EFBIG instead of ENOSPC.
  struct rlimit before {};
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &before), 0);
  struct rlimit small = before;
  small.rlim_cur = 1000;
  const auto handler = std::signal(SIGXFSZ, SIG_IGN);
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &small), 0);
  const std::string text =
      error_text(ErrorKind::file, [&] { write_file(path, std::string(2000, 'x')); });
  ::setrlimit(RLIMIT_FSIZE, &before);
  std::signal(SIGXFSZ, handler);
  EXPECT_THAT(text, HasSubstr("cannot be written: File too large"));
  EXPECT_EQ(read_file(path), "old");
  EXPECT_EQ(entries(folder.path()), 1U);
}

// Stops a writer at its n-th system call for n = 0, 1, ... until one runs through.
TEST(AtomicFile, KilledAtAnyWriteLeavesTheOldFileOrTheNewOne) {
  const std::string old_content = "old";
  const std::string part(1500000, 'n');
  const std::string new_content = "N" + part.substr(1) + part + "end";
  const TemporaryFolder folder;
  const fs::path path = folder.path() / "a";
  bool saw_old = false;
  bool saw_new = false;
  const int children = kill_at_every_call(
      [&] { write_file(path, old_content); },
      [&] {
        AtomicFile file(path);
        file.write(part);
        file.write(part);
        file.write("end");
        file.write_at(0, "N");
        file.commit();
      },
      [&](bool completed) {
        const std::string found = read_file(path);
        saw_old = saw_old || found == old_content;
        saw_new = saw_new || found == new_content;
        ASSERT_TRUE(found == old_content || found == new_content) << found.size() << " bytes";
        ASSERT_TRUE(!completed || found == new_content);
      });
  // The last call is the fsync of the folder, so both outcomes were among the kills.
  EXPECT_TRUE(saw_old);
  EXPECT_TRUE(saw_new);
  EXPECT_GE(children, 7);
}

TEST(TemporaryFolder, GoesWithAllThatIsInIt) {
  fs::path path;
  {
    const TemporaryFolder folder;
    path = folder.path();
    fs::create_directory(path / "below");
    write_file(path / "below" / "a", "x");
    EXPECT_TRUE(fs::is_directory(path));
  }
  EXPECT_FALSE(fs::exists(path));
}

TEST(TemporaryFolder, LiesBelowItsParent) {
  const TemporaryFolder parent;
  const TemporaryFolder folder(parent.path());
  EXPECT_EQ(folder.path().parent_path(), parent.path());
  EXPECT_THAT(error_text(ErrorKind::file, [] { TemporaryFolder wrong("/nowhere"); }),
              HasSubstr("/nowhere"));
}

TEST(RequireFree, WantsForceForAnExistingFile) {
  const TemporaryFolder folder;
  const fs::path path = folder.path() / "a";
  EXPECT_NO_THROW(require_free(path, false));
  write_file(path, "x");
  EXPECT_NO_THROW(require_free(path, true));
  EXPECT_THAT(error_text(ErrorKind::file, [&] { require_free(path, false); }),
              HasSubstr("exists already; pass --force"));
}

TEST(RenameFile, ReplacesWhatHasTheName) {
  const TemporaryFolder folder;
  write_file(folder.path() / "old", "old");
  write_file(folder.path() / "new", "new");
  rename_file(folder.path() / "new", folder.path() / "old");
  EXPECT_EQ(read_file(folder.path() / "old"), "new");
  EXPECT_FALSE(std::filesystem::exists(folder.path() / "new"));
}

TEST(RenameFile, NamesTheFileThatCannotBeMade) {
  const TemporaryFolder folder;
  EXPECT_THAT(error_text(ErrorKind::file,
                         [&] { rename_file(folder.path() / "none", folder.path() / "target"); }),
              HasSubstr("target"));
}

}  // namespace
}  // namespace yonder
