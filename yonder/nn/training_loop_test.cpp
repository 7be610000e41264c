// SPDX-License-Identifier: Apache-2.0
#include "yonder/nn/training_loop.h"

#include "tests/error_text.h"
#include "tests/in_processes.h"
#include "yonder/base/file.h"
#include "yonder/base/json.h"
#include "yonder/base/random.h"
#include "yonder/nn/checkpoint.h"

#include <ATen/ATen.h>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <csignal>
#include <limits>
#include <sstream>
#include <string>
#include <vector>

namespace yonder::nn {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;
using testing::IsSupersetOf;

/// Learns y = W x + b from noisy draws; each micro-batch comes from its own stream.
class Regression : public TrainingTask {
 public:
  explicit Regression(int64_t bad_step = -1) : bad_step_(bad_step) {}

  NamedTensors parameters() override { return {{"b", b_}, {"w", w_}}; }

  at::Tensor loss(int64_t step, int64_t micro_batch) override {
    Rng rng(1, static_cast<uint64_t>(1000 * step + micro_batch));
    at::Tensor x = at::empty({kBatch, 3});
    at::Tensor y = at::empty({kBatch, 2});
    for (int64_t i = 0; i < kBatch; ++i) {
      for (int64_t c = 0; c < 3; ++c) {
        x[i][c] = rng.normal();
      }
      y[i][0] = x[i][0] - 2 * x[i][2] + 0.5 + 0.01 * rng.normal();
      y[i][1] = x[i][1] + 0.01 * rng.normal();
    }
    const double scale = step == bad_step_ ? std::numeric_limits<double>::infinity() : 1;
    return (at::linear(x, w_, b_) - y).square().mean() * scale;
  }

  int64_t units_per_micro_batch() const override { return kBatch; }
  std::string unit() const override { return "rows"; }
  std::map<std::string, double> validate() override {
    ++validations;
    return {{"distance", (w_ - at::tensor({1.0F, 0.0F, -2.0F, 0.0F, 1.0F, 0.0F}).view({2, 3}))
                             .norm()
                             .item<double>()}};
  }
  std::string config() const override { return "{\"shape\": [2, 3]}\n"; }

  int validations = 0;

 private:
  static constexpr int64_t kBatch = 4;
  int64_t bad_step_;
  at::Tensor w_ = at::zeros({2, 3}).requires_grad_();
  at::Tensor b_ = at::zeros({2}).requires_grad_();
};

/// Remembers warnings, and asks to stop at its n-th look.
class Sink : public Progress {
 public:
  explicit Sink(int looks = std::numeric_limits<int>::max()) : looks_(looks) {}
  void begin(std::string_view, uint64_t total, std::string_view) override { total_ = total; }
  void advance(uint64_t n) override { done += n; }
  void metric(std::string_view, double) override {}
  void warn(std::string_view text) override { warnings.emplace_back(text); }
  bool cancelled() override { return looks_-- <= 0; }

  uint64_t done = 0;
  uint64_t total_ = 0;
  std::vector<std::string> warnings;

 private:
  int looks_;
};

LoopOptions options_for(const fs::path& out) {
  LoopOptions options;
  options.out = out.string();
  options.steps = 30;
  options.accumulate = 2;
  options.checkpoint_every = 0;
  options.checkpoint_minutes = 0;
  options.validate_every = 0;
  options.log_every = 4;
  options.ema = {"0.9", "0.99"};
  options.optimizer.learning_rate = 0.05;
  options.optimizer.warmup = 5;
  return options;
}

/// The lines of the log without what the clock says.
std::vector<std::string> timeless_log(const fs::path& out) {
  std::vector<std::string> lines;
  std::istringstream text(read_file(out / "log.jsonl"));
  for (std::string line; std::getline(text, line);) {
    const Json entry = parse_json(line, "log");
    std::string kept;
    for (const auto& [name, value] : entry.object()) {
      if (name != "seconds" && name != "rows_per_second") {
        kept += fmt::format("{}={} ", name, value.real());
      }
    }
    lines.push_back(kept);
  }
  return lines;
}

/// That two runs have ended in the same bytes, times apart.
void expect_same_run(const fs::path& a, const fs::path& b) {
  const fs::path left = find_latest_checkpoint(a).value();
  const fs::path right = find_latest_checkpoint(b).value();
  EXPECT_EQ(left.filename(), right.filename());
  for (const char* file : {"model.safetensors", "optim.safetensors", "ema_0.9.safetensors",
                           "ema_0.99.safetensors", "config.json"}) {
    EXPECT_EQ(read_file(left / file), read_file(right / file)) << file;
  }
  EXPECT_EQ(timeless_log(a), timeless_log(b));
}

TEST(TrainingLoop, Learns) {
  const TemporaryFolder folder;
  LoopOptions options = options_for(folder.path());
  options.steps = 300;
  Regression task;
  const LoopResult result = run_training(task, options);
  EXPECT_EQ(result.steps, 300);
  EXPECT_LT(result.loss, 1e-3);
  EXPECT_LT(result.validation.at("distance"), 0.05);
  EXPECT_EQ(result.checkpoint, (folder.path() / "ckpt-00000300").string());
}

TEST(TrainingLoop, LogsEverySoManyStepsAndAtTheEnd) {
  const TemporaryFolder folder;
  Regression task;
  run_training(task, options_for(folder.path()));
  const std::vector<std::string> log = timeless_log(folder.path());
  ASSERT_EQ(log.size(), 9U);  // 4, 8, ..., 28, 30, and the validation
  EXPECT_THAT(log[0], HasSubstr("step=4"));
  EXPECT_THAT(log[7], HasSubstr("step=30"));
  EXPECT_THAT(log[8], HasSubstr("distance="));
  const Json line = parse_json(read_file(folder.path() / "log.jsonl")
                                   .substr(0, 500)
                                   .substr(0, read_file(folder.path() / "log.jsonl").find('\n')),
                               "log");
  for (const char* name :
       {"loss", "learning_rate", "gradient_norm", "seconds", "rows_per_second"}) {
    EXPECT_NE(line.find(name), nullptr) << name;
  }
}

TEST(TrainingLoop, MicroBatchesMakeTheStepOfOneLargeBatch) {
  // Two micro-batches of four rows against their mean loss taken at once.
  class Joined : public Regression {
   public:
    at::Tensor loss(int64_t step, int64_t) override {
      return (Regression::loss(step, 0) + Regression::loss(step, 1)) / 2;
    }
  };
  const TemporaryFolder folder;
  Regression split;
  run_training(split, options_for(folder.path() / "split"));
  Joined joined;
  LoopOptions options = options_for(folder.path() / "joined");
  options.accumulate = 1;
  run_training(joined, options);
  EXPECT_TRUE(at::allclose(split.parameters()["w"], joined.parameters()["w"], 1e-4, 1e-5));
}

TEST(TrainingLoop, ResumedRunGivesTheBytesOfAnUninterruptedOne) {
  const TemporaryFolder folder;
  Regression straight;
  run_training(straight, options_for(folder.path() / "straight"));
  // Stopped at the beginning, in the middle of a log line, on one, and near the end.
  for (const int stop : {0, 1, 7, 12, 29}) {
    const fs::path out = folder.path() / fmt::format("stopped{}", stop);
    LoopOptions options = options_for(out);
    Regression first;
    Sink sink(stop);
    EXPECT_THAT(error_text(ErrorKind::cancelled, [&] { run_training(first, options, &sink); }),
                HasSubstr("--resume"));
    EXPECT_EQ(find_latest_checkpoint(out).value().filename(), fmt::format("ckpt-{:08}", stop));
    options.resume = true;
    Regression second;
    run_training(second, options);
    expect_same_run(folder.path() / "straight", out);
  }
}

TEST(TrainingLoop, DropsLogLinesBeyondTheCheckpointItGoesOnFrom) {
  const TemporaryFolder folder;
  Regression straight;
  run_training(straight, options_for(folder.path() / "straight"));
  const fs::path out = folder.path() / "crashed";
  LoopOptions options = options_for(out);
  options.checkpoint_every = 10;
  // Ends in step 18 without a checkpoint of it, as a crash does.
  Regression bad(/*bad_step=*/17);
  EXPECT_THAT(error_text(ErrorKind::numerical, [&] { run_training(bad, options); }),
              testing::AllOf(HasSubstr("the loss of step 18 is inf"), HasSubstr("ckpt-00000010")));
  EXPECT_THAT(timeless_log(out).back(), HasSubstr("step=16"));
  options.checkpoint_every = 0;
  options.resume = true;
  Regression second;
  run_training(second, options);
  expect_same_run(folder.path() / "straight", out);
}

TEST(TrainingLoop, ResumingAFinishedRunOnlyValidates) {
  const TemporaryFolder folder;
  LoopOptions options = options_for(folder.path());
  Regression first;
  const LoopResult before = run_training(first, options);
  const std::string log = read_file(folder.path() / "log.jsonl");
  options.resume = true;
  Regression second;
  const LoopResult after = run_training(second, options);
  EXPECT_EQ(after.steps, before.steps);
  EXPECT_EQ(after.loss, before.loss);
  EXPECT_EQ(after.validation, before.validation);
  EXPECT_EQ(read_file(folder.path() / "log.jsonl"), log);
}

TEST(TrainingLoop, RefusesAFolderThatHoldsARunUnlessForced) {
  const TemporaryFolder folder;
  LoopOptions options = options_for(folder.path());
  options.steps = 40;
  Regression first;
  run_training(first, options);
  Regression second;
  EXPECT_THAT(error_text(ErrorKind::file, [&] { run_training(second, options); }),
              HasSubstr("holds a run; --resume goes on with it, --force begins anew"));
  options.force = true;
  options.steps = 20;  // fewer than the run it replaces
  Regression third;
  run_training(third, options);
  EXPECT_EQ(find_latest_checkpoint(folder.path()).value().filename(), "ckpt-00000020");
  EXPECT_FALSE(fs::exists(folder.path() / "ckpt-00000040"));
}

TEST(TrainingLoop, ResumeWithoutACheckpointBeginsAndSaysSo) {
  const TemporaryFolder folder;
  LoopOptions options = options_for(folder.path() / "new");
  options.resume = true;
  Regression task;
  Sink sink;
  run_training(task, options, &sink);
  EXPECT_THAT(sink.warnings, testing::ElementsAre(HasSubstr("no checkpoint yet")));
}

TEST(TrainingLoop, SaysWhereTheRunHadAnotherShape) {
  class Wider : public Regression {
   public:
    NamedTensors parameters() override {
      NamedTensors all = Regression::parameters();
      all["w"] = at::zeros({2, 4}).requires_grad_();
      return all;
    }
  };
  const TemporaryFolder folder;
  LoopOptions options = options_for(folder.path());
  Regression first;
  run_training(first, options);
  options.resume = true;
  Wider wider;
  EXPECT_THAT(error_text(ErrorKind::bad_data, [&] { run_training(wider, options); }),
              HasSubstr("no tensor w of shape [2, 4]; was the run begun with other options?"));
  options.ema = {"0.5"};
  Regression other;
  EXPECT_THAT(error_text(ErrorKind::bad_data, [&] { run_training(other, options); }),
              HasSubstr("holds no average of decay 0.5"));
}

TEST(TrainingLoop, SavesAndValidatesWhenDue) {
  const TemporaryFolder folder;
  LoopOptions options = options_for(folder.path());
  options.checkpoint_every = 10;
  options.keep = 3;
  options.validate_every = 7;
  Regression task;
  run_training(task, options);
  EXPECT_EQ(task.validations, 5);  // 7, 14, 21, 28, 30
  for (const char* name : {"ckpt-00000010", "ckpt-00000020", "ckpt-00000030"}) {
    EXPECT_TRUE(fs::exists(folder.path() / name)) << name;
  }
}

TEST(TrainingLoop, StopsWhenItsTimeIsOver) {
  const TemporaryFolder folder;
  LoopOptions options = options_for(folder.path());
  options.time = "0.3s";
  Regression task;
  const LoopResult result = run_training(task, options);
  EXPECT_GE(result.seconds, 0.3);
  EXPECT_LT(result.seconds, 5);
  // The last step is logged, validated and saved wherever the clock struck.
  EXPECT_EQ(result.checkpoint, (folder.path() / fmt::format("ckpt-{:08}", result.steps)).string());
  EXPECT_EQ(task.validations, 1);
  options.resume = true;
  Regression again;
  EXPECT_EQ(run_training(again, options).steps, result.steps);
}

TEST(TrainingLoop, ShowsAllOfARunOnTheBar) {
  const TemporaryFolder folder;
  LoopOptions options = options_for(folder.path());
  Regression first;
  Sink stopped(13);
  EXPECT_THROW(run_training(first, options, &stopped), Error);
  EXPECT_EQ(stopped.done, 13U);
  options.resume = true;
  Regression second;
  Sink sink;
  run_training(second, options, &sink);
  EXPECT_EQ(sink.done, 30U);
  EXPECT_EQ(sink.total_, 30U);
}

TEST(TrainingLoop, ProcessesTogetherTakeTheStepsOfOne) {
  const TemporaryFolder folder;
  Regression alone;
  LoopOptions options = options_for(folder.path() / "one");
  options.accumulate = 4;
  run_training(alone, options);
  options = options_for(folder.path() / "two");
  EXPECT_THAT(in_processes(2,
                           [&](const ProcessPlace& place) {
                             options.place = place;
                             Regression task;
                             run_training(task, options);
                           }),
              testing::Each(0));
  const Checkpoint one = read_checkpoint(find_latest_checkpoint(folder.path() / "one").value());
  const Checkpoint two = read_checkpoint(find_latest_checkpoint(folder.path() / "two").value());
  for (const auto& [name, tensor] : one.model) {
    EXPECT_TRUE(at::allclose(tensor, two.model.at(name), 1e-4, 1e-5)) << name;
  }
  EXPECT_EQ(timeless_log(folder.path() / "one").size(), timeless_log(folder.path() / "two").size());
}

TEST(TrainingLoop, ProcessesStopTogetherAndGoOnBitForBit) {
  const TemporaryFolder folder;
  LoopOptions options = options_for(folder.path() / "straight");
  const auto run = [&](int stop_of_second) {
    return in_processes(2, [&](const ProcessPlace& place) {
      options.place = place;
      Regression task;
      Sink sink(place.rank == 1 ? stop_of_second : std::numeric_limits<int>::max());
      run_training(task, options, &sink);
    });
  };
  constexpr int kNever = std::numeric_limits<int>::max();
  EXPECT_THAT(run(kNever), testing::Each(0));
  options = options_for(folder.path() / "stopped");
  for (const int status : run(11)) {
    EXPECT_EQ(WEXITSTATUS(status), status_of(ErrorKind::cancelled));
  }
  EXPECT_EQ(find_latest_checkpoint(options.out).value().filename(), "ckpt-00000011");
  options.resume = true;
  EXPECT_THAT(run(kNever), testing::Each(0));
  expect_same_run(folder.path() / "straight", folder.path() / "stopped");
}

TEST(TrainingLoop, LossOfAProcessLeavesACheckpointToGoOnFrom) {
  class Mortal : public Regression {
   public:
    explicit Mortal(int64_t last) : last_(last) {}
    at::Tensor loss(int64_t step, int64_t micro_batch) override {
      if (step == last_) {
        ::kill(::getpid(), SIGKILL);
      }
      return Regression::loss(step, micro_batch);
    }

   private:
    int64_t last_;
  };
  const TemporaryFolder folder;
  Regression alone;
  run_training(alone, options_for(folder.path() / "one"));
  LoopOptions options = options_for(folder.path() / "two");
  options.accumulate = 1;
  options.checkpoint_every = 5;
  options.peer_timeout = 20;
  const auto start = std::chrono::steady_clock::now();
  const std::vector<int> statuses = in_processes(2, [&](const ProcessPlace& place) {
    options.place = place;
    Mortal task(place.rank == 1 ? 12 : -1);
    run_training(task, options);
  });
  EXPECT_EQ(WEXITSTATUS(statuses[0]), status_of(ErrorKind::file));
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(20));
  EXPECT_EQ(find_latest_checkpoint(options.out).value().filename(), "ckpt-00000010");
  options.resume = true;
  options.accumulate = 2;  // one process goes on with the work of two
  options.place = {};
  Regression rest;
  run_training(rest, options);
  EXPECT_TRUE(at::allclose(alone.parameters()["w"], rest.parameters()["w"], 1e-4, 1e-5));
}

TEST(TrainingLoop, WarnsOfAWarmUpThatNeverEnds) {
  const TemporaryFolder folder;
  LoopOptions options = options_for(folder.path());
  options.optimizer.warmup = 30;
  Regression task;
  Sink sink;
  run_training(task, options, &sink);
  EXPECT_THAT(sink.warnings, testing::ElementsAre(HasSubstr("--warmup 30 of --steps 30")));
}

}  // namespace
}  // namespace yonder::nn
