// SPDX-License-Identifier: Apache-2.0
// A process that records a stream is killed at random instants. What it leaves is a whole snapshot
// with all samples up to the last checkpoint that it had finished, and going on from there gives
// the bytes of a run that nobody disturbed.
#include "yonder/base/file.h"
#include "yonder/base/random.h"
#include "yonder/memory/recorder.h"

#include <fmt/core.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cmath>
#include <csignal>
#include <thread>

namespace yonder::memory {
namespace {

namespace fs = std::filesystem;

constexpr size_t kRows = 400000;
constexpr int64_t kEvery = 10000;

/// A wave made as it is read, of two channels, with times or without.
class WaveTable : public NumberTable {
 public:
  WaveTable(bool with_times, std::atomic<uint64_t>* handed_out)
      : with_times_(with_times), handed_out_(handed_out) {}

  const std::vector<std::string>& names() const override { return names_; }
  size_t read(std::span<double> values) override {
    if (handed_out_ != nullptr) {
      // The recorder has pushed, and at checkpoints saved, everything of the reads before this one.
      *handed_out_ = next_;
    }
    times_.clear();
    size_t rows = 0;
    for (; rows < values.size() / 2 && next_ < kRows; ++rows, ++next_) {
      const auto k = static_cast<double>(next_);
      values[2 * rows] = std::sin(0.001 * k) + 0.1 * std::sin(0.37 * k);
      values[2 * rows + 1] = std::cos(0.0003 * k * std::sin(0.00001 * k));
      if (with_times_) {
        times_.push_back(k + 0.3 * std::sin(k));
      }
    }
    return rows;
  }
  std::span<const double> times() const override { return times_; }
  std::string place(size_t row) const override { return fmt::format("row {}", row); }
  uint64_t dropped() const override { return 0; }

 private:
  bool with_times_;
  std::atomic<uint64_t>* handed_out_;
  std::vector<std::string> names_ = {"a", "b"};
  std::vector<double> times_;
  size_t next_ = 0;
};

/// Begins to record, or goes on if there is a snapshot.
void record_wave(const fs::path& path, const std::string& measure, bool with_times,
                 std::atomic<uint64_t>* handed_out) {
  WaveTable table(with_times, handed_out);
  RecordOptions recording{.every = kEvery};
  if (fs::exists(path)) {
    Stream stream = Stream::load(path);
    recording.skip = stream.samples();
    record(std::move(stream), table, recording, path);
  } else {
    StreamOptions options;
    options.measure = measure;
    options.order = 32;
    record(options, table, recording, path);
  }
}

/// Runs record_wave in a child and kills it after `delay`. True if the child came to its end.
bool record_and_kill(const fs::path& path, const std::string& measure, bool with_times,
                     std::chrono::microseconds delay, std::atomic<uint64_t>* handed_out) {
  const pid_t child = ::fork();
  if (child == 0) {
    int status = 0;
    try {
      record_wave(path, measure, with_times, handed_out);
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

class RecorderKilled : public testing::TestWithParam<std::pair<const char*, bool>> {};

TEST_P(RecorderKilled, LosesNothingBeforeTheLastCheckpoint) {
  const auto& [measure, with_times] = GetParam();
  const TemporaryFolder folder;
  const auto start = std::chrono::steady_clock::now();
  record_wave(folder.path() / "whole.yms", measure, with_times, nullptr);
  const auto whole_run = std::chrono::duration_cast<std::chrono::microseconds>(
      std::chrono::steady_clock::now() - start);
  const std::string expected = read_file(folder.path() / "whole.yms");

  // Shared with the children.
  void* const page = ::mmap(nullptr, sizeof(std::atomic<uint64_t>), PROT_READ | PROT_WRITE,
                            MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  ASSERT_NE(page, MAP_FAILED);
  auto* const handed_out = new (page) std::atomic<uint64_t>(0);
  const fs::path path = folder.path() / "killed.yms";
  Rng rng(1);
  for (int kills = 0; kills < 20;) {
    *handed_out = 0;
    bool finished = false;
    while (!finished && kills < 20) {
      const auto delay =
          static_cast<int64_t>(rng.uniform() * 0.5 * static_cast<double>(whole_run.count()));
      finished =
          record_and_kill(path, measure, with_times, std::chrono::microseconds(delay), handed_out);
      kills += finished ? 0 : 1;
      if (fs::exists(path)) {
        const uint64_t kept = Stream::load(path).samples();
        ASSERT_GE(kept, *handed_out / kEvery * kEvery) << "after " << kills << " kills";
      } else {
        ASSERT_LT(*handed_out, static_cast<uint64_t>(kEvery) + 4096);
      }
    }
    record_wave(path, measure, with_times, nullptr);
    ASSERT_EQ(read_file(path) == expected, true) << "after " << kills << " kills";
    fs::remove(path);
  }
  ::munmap(page, sizeof(std::atomic<uint64_t>));
}

INSTANTIATE_TEST_SUITE_P(Measures, RecorderKilled,
                         testing::Values(std::pair("legs", false), std::pair("legs", true),
                                         std::pair("window:50000", false),
                                         std::pair("legt:50000", false)));

}  // namespace
}  // namespace yonder::memory
