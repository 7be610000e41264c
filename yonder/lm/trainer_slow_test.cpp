// SPDX-License-Identifier: Apache-2.0
// A trainer that is killed again and again ends where one that was left alone does; and a window
// model learns a task that it is then asked eight times as far.
#include "yonder/base/file.h"
#include "yonder/base/json.h"
#include "yonder/base/random.h"
#include "yonder/lm/trainer.h"
#include "yonder/nn/checkpoint.h"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <sstream>
#include <string>
#include <vector>

namespace yonder::lm {
namespace {

namespace fs = std::filesystem;

TrainOptions small_run(const fs::path& folder) {
  TrainOptions o;
  o.data = (folder / "text").string();
  o.layers = 1;
  o.hidden = 16;
  o.heads = 2;
  o.intermediate = 16;
  o.context = 16;
  o.batch = 2;
  o.dtype = "f32";
  o.threads = 1;
  o.loop.out = (folder / "run").string();
  o.loop.steps = 1500;
  o.loop.log_every = 3;
  o.loop.checkpoint_every = 7;
  o.loop.ema = {"0.99"};
  o.loop.resume = true;
  return o;
}

/// Trains in a child process, which is killed after some microseconds (0: never). True where the
/// run came to its end.
bool train_in_child(const TrainOptions& options, useconds_t life) {
  const pid_t child = ::fork();
  if (child == 0) {
    try {
      train(options);
    } catch (const Error& error) {
      ::_exit(1);
    }
    ::_exit(0);
  }
  if (life > 0) {
    ::usleep(life);
    ::kill(child, SIGKILL);
  }
  int status = 0;
  EXPECT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_FALSE(WIFEXITED(status) && WEXITSTATUS(status) != 0);
  return WIFEXITED(status);
}

/// The loss curve, without what the clock says.
std::vector<std::string> curve(const fs::path& folder) {
  std::vector<std::string> lines;
  std::istringstream text(read_file(folder / "run" / "log.jsonl"));
  for (std::string line; std::getline(text, line);) {
    const Json entry = parse_json(line, "log");
    lines.push_back(fmt::format("{} {} {}", entry.at("step").integer(), entry.at("loss").real(),
                                entry.at("gradient_norm").real()));
  }
  return lines;
}

TEST(Trainer, KilledFiftyTimesGivesTheCurveOfAnUninterruptedRun) {
  const TemporaryFolder killed;
  const TemporaryFolder straight;
  for (const TemporaryFolder* folder : {&killed, &straight}) {
    std::string text;
    Rng rng(1);
    for (int i = 0; i < 5000; ++i) {
      text += static_cast<char>('a' + rng.below(1 + i % 7));
    }
    write_file(folder->path() / "text", text);
  }
  const TrainOptions options = small_run(killed.path());
  Rng rng(2);
  int kills = 0;
  int64_t furthest = -1;
  int advances = 0;
  while (kills < 50) {
    const bool finished =
        train_in_child(options, static_cast<useconds_t>(20'000 + rng.below(600'000)));
    ASSERT_FALSE(finished) << "after " << kills << " kills; the run is too short for this machine";
    ++kills;
    if (const auto latest = nn::find_latest_checkpoint(options.loop.out)) {
      const int64_t step = nn::read_checkpoint(*latest).step;  // whole, whenever it was killed
      EXPECT_GE(step, furthest);
      advances += step > furthest ? 1 : 0;
      furthest = step;
    }
  }
  EXPECT_GE(advances, 5) << "the lives were too short to get anywhere";
  EXPECT_TRUE(train_in_child(options, 0));
  EXPECT_TRUE(train_in_child(small_run(straight.path()), 0));
  EXPECT_EQ(curve(killed.path()), curve(straight.path()));
  for (const char* file : {"model.safetensors", "ckpt-00001500/optim.safetensors",
                           "ckpt-00001500/ema_0.99.safetensors"}) {
    EXPECT_EQ(read_file(killed.path() / "run" / file), read_file(straight.path() / "run" / file))
        << file;
  }
}

// Claim of kexue.fm 9603: windows below and one full layer without rotation on top.
TEST(Trainer, HwfaLearnsEvenPairsForStringsEightTimesAsLong) {
  const TemporaryFolder folder;
  TrainOptions o;
  o.task = "even-pairs";
  o.scheme = "hwfa:w=8";
  o.layers = 4;
  o.hidden = 64;
  o.heads = 4;
  o.context = 65;
  o.batch = 32;
  o.valid_sequences = 100;
  o.dtype = "f32";
  o.threads = 1;
  o.loop.out = (folder.path() / "run").string();
  o.loop.steps = 800;
  o.loop.validate_every = 0;
  o.loop.optimizer.learning_rate = 2e-3;
  const TrainReport report = train(o);
  EXPECT_EQ(report.validation.at("accuracy"), 1);
  EXPECT_EQ(report.validation.at("accuracy_8x"), 1);
}

}  // namespace
}  // namespace yonder::lm
