// SPDX-License-Identifier: Apache-2.0
#include "yonder/nn/launch.h"

#include "tests/error_text.h"
#include "yonder/base/file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <set>
#include <sstream>

namespace yonder::nn {
namespace {

using testing::HasSubstr;

std::vector<std::string> shell(const std::string& script) { return {"/bin/sh", "-c", script}; }

/// Asks to stop from its n-th look on.
class StopAt : public Progress {
 public:
  explicit StopAt(int looks) : looks_(looks) {}
  void begin(std::string_view, uint64_t, std::string_view) override {}
  void advance(uint64_t) override {}
  void metric(std::string_view, double) override {}
  void warn(std::string_view) override {}
  bool cancelled() override { return looks_-- <= 0; }

 private:
  int looks_;
};

TEST(Launch, GivesEachProcessItsPlace) {
  const TemporaryFolder folder;
  const std::string out = (folder.path() / "out").string();
  launch_processes(shell("echo $RANK $WORLD_SIZE $MASTER_ADDR $HOME >>" + out), 3, 1);
  std::istringstream lines(read_file(out));
  std::set<std::string> found;
  for (std::string line; std::getline(lines, line);) {
    found.insert(line);
  }
  const std::string rest = " 3 127.0.0.1 " + std::string(std::getenv("HOME"));
  EXPECT_EQ(found, (std::set<std::string>{"0" + rest, "1" + rest, "2" + rest}));
}

TEST(Launch, NamesTheProcessThatFailedAndEndsTheOthers) {
  const auto start = std::chrono::steady_clock::now();
  EXPECT_EQ(
      error_text(ErrorKind::file,
                 [] { launch_processes(shell("[ $RANK = 0 ] && exec sleep 30; exit 7"), 2, 0.1); }),
      "process 1 of 2 ended with exit status 7, and the run with it; --resume goes on");
  EXPECT_THAT(error_text(ErrorKind::file, [] { launch_processes(shell("kill -9 $$"), 1, 0.1); }),
              HasSubstr("process 0 of 1 was killed by signal 9"));
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(10));
}

TEST(Launch, PassesAnInterruptOnAndWaitsForWhatIsSaved) {
  const TemporaryFolder folder;
  const std::string saved = (folder.path() / "saved").string();
  StopAt progress(10);
  EXPECT_THAT(error_text(ErrorKind::cancelled,
                         [&] {
                           launch_processes(shell("trap 'echo x >>" + saved +
                                                  "; exit 130' INT; while :; do sleep 0.01; done"),
                                            2, 5, &progress);
                         }),
              HasSubstr("--resume goes on"));
  EXPECT_EQ(read_file(saved), "x\nx\n");
}

TEST(Launch, SaysThatAProgramCannotBeStarted) {
  EXPECT_THAT(error_text(ErrorKind::file, [] { launch_processes({"/nowhere/program"}, 2, 1); }),
              HasSubstr("/nowhere/program: cannot be started: No such file"));
}

TEST(OwnCommandLine, NamesThisProgramAndItsArguments) {
  const std::vector<std::string> words = own_command_line();
  ASSERT_FALSE(words.empty());
  EXPECT_THAT(words[0], testing::AllOf(testing::StartsWith("/"), HasSubstr("nn_unit_test")));
}

}  // namespace
}  // namespace yonder::nn
