// SPDX-License-Identifier: Apache-2.0
// A writer of checkpoints is killed at every call that reaches the disk.
#include "tests/killed_at_calls.h"
#include "tests/sample_checkpoint.h"
#include "yonder/base/file.h"

#include <gtest/gtest.h>

#include <string>

namespace yonder::nn {
namespace {

namespace fs = std::filesystem;

TEST(Checkpoint, KilledAtAnyCallLeavesTheOldOneOrTheNewOne) {
  const TemporaryFolder folder;
  const fs::path out = folder.path() / "run";
  int old_ones = 0;
  const int children = kill_at_every_call(
      [&] {
        fs::remove_all(out);
        write_checkpoint(out, checkpoint_of(10), 1);
      },
      [&] { write_checkpoint(out, checkpoint_of(20), 1); },
      [&](bool completed) {
        const std::string newest = find_latest_checkpoint(out).value().filename().string();
        const bool is_new = newest == "ckpt-00000020";
        EXPECT_TRUE(is_new || !completed);
        old_ones += is_new ? 0 : 1;
        expect_newest(out, is_new ? 20 : 10);
        if (!is_new) {  // a resumed run gets to the same step again
          write_checkpoint(out, checkpoint_of(20), 1);
          expect_newest(out, 20);
        }
      });
  // Six files of write, fsync, rename and fsync each, and the two renames.
  EXPECT_GE(children, 24);
  EXPECT_GE(old_ones, 20);
  EXPECT_GE(children - old_ones, 3);
}

}  // namespace
}  // namespace yonder::nn
