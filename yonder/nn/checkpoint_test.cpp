// SPDX-License-Identifier: Apache-2.0
#include "yonder/nn/checkpoint.h"

#include "tests/error_text.h"
#include "tests/sample_checkpoint.h"
#include "yonder/base/file.h"

#include <ATen/ATen.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include <csignal>
#include <set>

namespace yonder::nn {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

std::set<std::string> names_in(const fs::path& folder) {
  std::set<std::string> names;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder)) {
    names.insert(entry.path().filename().string());
  }
  return names;
}

TEST(Checkpoint, ReadsWhatWasWritten) {
  const TemporaryFolder folder;
  const fs::path out = folder.path() / "runs" / "a";
  EXPECT_FALSE(find_latest_checkpoint(out).has_value());
  write_checkpoint(out, checkpoint_of(1200), 2);
  expect_newest(out, 1200);
  EXPECT_EQ(names_in(out), (std::set<std::string>{"ckpt-00001200", "latest"}));
  EXPECT_EQ(names_in(out / "ckpt-00001200"),
            (std::set<std::string>{"DONE", "config.json", "ema_0.9.safetensors",
                                   "model.safetensors", "optim.safetensors", "state.json"}));
  EXPECT_EQ(read_file(out / "latest"), "ckpt-00001200\n");
}

TEST(Checkpoint, KeepsTheNewest) {
  const TemporaryFolder folder;
  for (const int64_t step : {10, 20, 30, 40}) {
    write_checkpoint(folder.path(), checkpoint_of(step), 2);
  }
  EXPECT_EQ(names_in(folder.path()),
            (std::set<std::string>{"ckpt-00000030", "ckpt-00000040", "latest"}));
}

TEST(Checkpoint, CountsStepsNotDigits) {
  const TemporaryFolder folder;
  write_checkpoint(folder.path(), checkpoint_of(99'999'999), 5);
  write_checkpoint(folder.path(), checkpoint_of(100'000'000), 5);
  expect_newest(folder.path(), 100'000'000);
}

TEST(Checkpoint, OverlooksFoldersThatAreNotWholeOrNotOurs) {
  const TemporaryFolder folder;
  write_checkpoint(folder.path(), checkpoint_of(10), 2);
  fs::create_directories(folder.path() / "ckpt-00000020");
  fs::create_directories(folder.path() / "ckpt-x");
  write_file(folder.path() / "ckpt-00000030", "a file");
  expect_newest(folder.path(), 10);
}

TEST(Checkpoint, ClearsUpAfterAKilledWriter) {
  const TemporaryFolder folder;
  fs::create_directories(folder.path() / ".ckpt-00000005");
  fs::create_directories(folder.path() / "ckpt-00000007");
  write_file(folder.path() / ".ckpt-00000005" / "model.safetensors", "half");
  write_file(folder.path() / "mine.txt", "stays");
  write_checkpoint(folder.path(), checkpoint_of(10), 2);
  EXPECT_EQ(names_in(folder.path()),
            (std::set<std::string>{"ckpt-00000010", "latest", "mine.txt"}));
}

TEST(Checkpoint, IsNeverWrittenOver) {
  const TemporaryFolder folder;
  write_checkpoint(folder.path(), checkpoint_of(10), 2);
  EXPECT_THAT(
      error_text(ErrorKind::file, [&] { write_checkpoint(folder.path(), checkpoint_of(10), 2); }),
      HasSubstr("is a checkpoint already"));
  expect_newest(folder.path(), 10);
}

TEST(Checkpoint, AreRemovedTogether) {
  const TemporaryFolder folder;
  write_checkpoint(folder.path(), checkpoint_of(10), 2);
  write_checkpoint(folder.path(), checkpoint_of(20), 2);
  write_file(folder.path() / "log.jsonl", "");
  remove_checkpoints(folder.path());
  EXPECT_EQ(names_in(folder.path()), std::set<std::string>{"log.jsonl"});
}

TEST(Checkpoint, SaysWhichFileIsMissingOrDamaged) {
  const TemporaryFolder folder;
  EXPECT_THAT(error_text(ErrorKind::file, [&] { read_checkpoint(folder.path()); }),
              HasSubstr("no checkpoint folder"));
  write_checkpoint(folder.path(), checkpoint_of(10), 2);
  const fs::path checkpoint = folder.path() / "ckpt-00000010";
  write_file(checkpoint / "optim.safetensors", "short");
  EXPECT_THAT(error_text(ErrorKind::bad_data, [&] { read_checkpoint(checkpoint); }),
              HasSubstr("optim.safetensors"));
  fs::remove(checkpoint / "model.safetensors");
  EXPECT_THAT(error_text(ErrorKind::file, [&] { read_checkpoint(checkpoint); }),
              HasSubstr("model.safetensors"));
}

TEST(Checkpoint, OldOneStaysWhereTheDiskIsFull) {
  const TemporaryFolder folder;
  write_checkpoint(folder.path(), checkpoint_of(10), 1);
  const auto write_on_a_full_disk = [&] {
    // Files may not grow: what a full disk does, with another errno.
    const rlimit small = {16, 16};
    ::signal(SIGXFSZ, SIG_IGN);
    ::setrlimit(RLIMIT_FSIZE, &small);
    try {
      write_checkpoint(folder.path(), checkpoint_of(20), 1);
    } catch (const Error& error) {
      ::_exit(error.kind == ErrorKind::file ? 0 : 2);
    }
    ::_exit(1);
  };
  EXPECT_EXIT(write_on_a_full_disk(), testing::ExitedWithCode(0), "");
  expect_newest(folder.path(), 10);
  EXPECT_EQ(names_in(folder.path()), (std::set<std::string>{"ckpt-00000010", "latest"}));
}

}  // namespace
}  // namespace yonder::nn
