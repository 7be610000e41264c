// SPDX-License-Identifier: Apache-2.0
// A process that encodes a corpus is killed again and again, at random instants; what it leaves
// behind at last is the file of a run that nobody disturbed.
#include "tests/small_tokenizer.h"
#include "yonder/base/file.h"
#include "yonder/base/random.h"
#include "yonder/tokenizer/token_file.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <fstream>
#include <thread>

namespace yonder::tokenizer {
namespace {

namespace fs = std::filesystem;

// Runs encode_corpus in a child and kills it after `delay`. True if the child came to its end.
bool run_and_kill(const Tokenizer& tokenizer, const EncodeCorpusOptions& options,
                  std::chrono::microseconds delay) {
  const pid_t child = ::fork();
  if (child == 0) {
    int status = 0;
    try {
      encode_corpus(tokenizer, options, nullptr);
    } catch (const std::exception& error) {
      ADD_FAILURE() << error.what();
      status = 1;
    }
    ::_exit(status);
  }
  std::this_thread::sleep_for(delay);
  ::kill(child, SIGKILL);
  int status = -1;
  EXPECT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFSIGNALED(status) || WEXITSTATUS(status) == 0);
  return WIFEXITED(status);
}

TEST(EncodeCorpusKilled, ResumesToTheSameBytes) {
  const TemporaryFolder folder;
  const Tokenizer tokenizer = small_tokenizer({{"the ", 90}, {"at", 80}, {"line", 70}});
  EncodeCorpusOptions options;
  {
    std::ofstream text(folder.path() / "a.txt", std::ios::binary);
    std::ofstream lines(folder.path() / "b.txt", std::ios::binary);
    for (int i = 0; i < 200000; ++i) {
      text << "the cat sat on the mat, line " << i << '\n';
      lines << "line " << i << (i % 5 == 0 ? "\n\n" : "\n");
    }
    text << std::string(3000000, 'a');  // a chunk of several blocks
  }
  options.input = {(folder.path() / "a.txt").string(),
                   (folder.path() / "b.txt").string() + ":lines"};
  options.encode.sample = true;
  options.encode.seed = 7;
  options.encode.eos = true;
  options.checkpoint = 1 << 20;
  options.threads = 2;
  options.out = (folder.path() / "whole.ids").string();
  const auto start = std::chrono::steady_clock::now();
  encode_corpus(tokenizer, options, nullptr);
  const auto whole_run = std::chrono::duration_cast<std::chrono::microseconds>(
      std::chrono::steady_clock::now() - start);
  const std::string expected = read_file(options.out);

  options.out = (folder.path() / "killed.ids").string();
  options.resume = true;
  Rng rng(1);
  int kills = 0;
  for (int files = 0; kills < 50; ++files) {
    for (bool finished = false; !finished;) {
      // Mostly early ones, so that a file takes many; and some that reach the assembly.
      const double share = rng.uniform() * (rng.below(3) == 0 ? 1.0 : 0.3);
      finished = run_and_kill(tokenizer, options,
                              std::chrono::microseconds(static_cast<int64_t>(
                                  share * static_cast<double>(whole_run.count()))));
      kills += finished ? 0 : 1;
      if (fs::exists(options.out)) {
        ASSERT_EQ(read_file(options.out) == expected, true) << "after " << kills << " kills";
      }
    }
    ASSERT_TRUE(fs::exists(options.out));
    ASSERT_FALSE(fs::exists(options.out + ".partial"));
    fs::remove(options.out);
  }
}

}  // namespace
}  // namespace yonder::tokenizer
