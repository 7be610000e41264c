// SPDX-License-Identifier: Apache-2.0
// A trainer that is killed, or whose disk fills up, goes on with --resume to the very same file.
#include "yonder/base/error.h"
#include "yonder/base/file.h"
#include "yonder/base/random.h"
#include "yonder/tokenizer/bnlm/train_limits.h"
#include "yonder/tokenizer/bnlm/training_text.h"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <filesystem>
#include <string>

namespace yonder::tokenizer {
namespace {

class KilledTrainer : public ::testing::Test {
 protected:
  KilledTrainer() {
    std::string text;
    for (int i = 0; text.size() < (size_t{3} << 20); ++i) {
      text += vector_text() + std::to_string(i * 104729) + " and a line of its own\n";
    }
    write_file(folder_.path() / "text.txt", text);
    options_.input = {(folder_.path() / "text.txt").string()};
    options_.out = (folder_.path() / "out.model").string();
    options_.vocab_size = {500, 300};
    options_.threads = 2;
    limits_.segment_bytes = 600000;
    limits_.table_bytes = 100000;
    const auto start = std::chrono::steady_clock::now();
    train(options_, limits_, nullptr);
    seconds_ = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    expected_500_ = read_file(options_.out + ".500");
    expected_300_ = read_file(options_.out + ".300");
    remove_results();
  }
  void remove_results() const {
    std::filesystem::remove(options_.out + ".500");
    std::filesystem::remove(options_.out + ".300");
  }
  /// Trains in a process of its own; `in_child` runs there first. Returns the process.
  template <typename Body>
  pid_t start(const Body& in_child) const {
    const pid_t child = ::fork();
    if (child == 0) {
      in_child();
      int result = 1;
      try {
        train(options_, limits_, nullptr);
        result = 0;
      } catch (const Error& error) {
        result = std::string(error.what()).find("--resume") == std::string::npos ? 2 : 3;
      }
      ::_exit(result);
    }
    return child;
  }
  void expect_results_and_clean_folder() const {
    EXPECT_EQ(read_file(options_.out + ".500"), expected_500_);
    EXPECT_EQ(read_file(options_.out + ".300"), expected_300_);
    size_t files = 0;
    for (const auto& entry : std::filesystem::directory_iterator(folder_.path())) {
      const std::string name = entry.path().filename().string();
      EXPECT_TRUE(name == "text.txt" || name == "out.model.500" || name == "out.model.300") << name;
      ++files;
    }
    EXPECT_EQ(files, 3U);
  }
  TemporaryFolder folder_;
  TrainOptions options_;
  TrainLimits limits_;
  double seconds_ = 0;
  std::string expected_500_;
  std::string expected_300_;
};

TEST_F(KilledTrainer, ResumesToTheSameFileFromFiftyInstants) {
  Rng rng(0);
  int killed = 0;
  for (int instant = 0; instant < 50; ++instant) {
    remove_results();
    options_.resume = false;
    const pid_t child = start([] {});
    ::usleep(static_cast<useconds_t>(rng.uniform() * seconds_ * 1.2e6));
    ::kill(child, SIGKILL);
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    if (WIFSIGNALED(status)) {
      ++killed;
      const bool finished = std::filesystem::exists(options_.out + ".300") &&
                            !std::filesystem::exists(options_.out + ".work/manifest.json");
      options_.resume = true;
      options_.force = finished;  // killed between the last removal and the end of the process
      train(options_, limits_, nullptr);
      options_.force = false;
    } else {
      ASSERT_EQ(WEXITSTATUS(status), 0);
    }
    expect_results_and_clean_folder();
  }
  EXPECT_GT(killed, 10);
}

TEST_F(KilledTrainer, GoesOnAfterAFullDisk) {
  for (const rlim_t most : {rlim_t{1000}, rlim_t{12000}, rlim_t{20000}}) {
    remove_results();
    options_.resume = false;
    const pid_t child = start([most] {
      const rlimit limit{most, most};  // the largest file, which stands for the size of the disk
      ::setrlimit(RLIMIT_FSIZE, &limit);
      ::signal(SIGXFSZ, SIG_IGN);
    });
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    ASSERT_TRUE(WIFEXITED(status));
    const bool has_state = std::filesystem::exists(options_.out + ".work/manifest.json");
    EXPECT_EQ(WEXITSTATUS(status), has_state ? 3 : 2);  // --resume is named where there is a state
    options_.resume = true;
    train(options_, limits_, nullptr);
    expect_results_and_clean_folder();
  }
}

}  // namespace
}  // namespace yonder::tokenizer
