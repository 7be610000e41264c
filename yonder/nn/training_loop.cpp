// SPDX-License-Identifier: Apache-2.0
#include "yonder/nn/training_loop.h"

#include "yonder/base/error.h"
#include "yonder/base/file.h"
#include "yonder/base/json.h"
#include "yonder/nn/checkpoint.h"
#include "yonder/nn/ema.h"
#include "yonder/nn/optimizer_module.h"
#include "yonder/nn/training_log.h"

#include <ATen/ATen.h>
#include <fmt/format.h>

#include <chrono>
#include <cmath>
#include <filesystem>
#include <limits>
#include <optional>
#include <tuple>

namespace yonder::nn {
namespace {

using Clock = std::chrono::steady_clock;

class Run {
 public:
  Run(TrainingTask& task, const LoopOptions& options, Progress* progress)
      : task_(task),
        options_(options),
        progress_(progress),
        time_limit_(parse_training_time(options.time)),
        optimizer_(task.parameters(), options.optimizer) {
    for (const std::string& decay : options.ema) {
      averages_.emplace_back(decay, Ema(parse_ema_decay(decay), task.parameters()));
    }
  }

  LoopResult run() {
    resume_or_begin();
    TrainingLog log(folder() / "log.jsonl", step_);
    started_ = Clock::now();
    last_checkpoint_ = started_;
    if (time_limit_ > 0) {
      progress_.begin("training", static_cast<uint64_t>(time_limit_), "s");
      shown_ = static_cast<uint64_t>(seconds_before_);
    } else {
      progress_.begin("training", static_cast<uint64_t>(options_.steps), "steps");
    }
    progress_.advance(time_limit_ > 0 ? shown_ : static_cast<uint64_t>(step_));
    while (!finished()) {
      if (progress_.cancelled()) {
        save();
        progress_.stop_if_cancelled("the same command with --resume goes on");
      }
      train_step();
      const bool last = finished();
      if (step_ % options_.log_every == 0 || last) {
        write_log(log);
      }
      if (last || due(options_.validate_every)) {
        validate(log);
      }
      if (last || due(options_.checkpoint_every) || late()) {
        save();
      }
    }
    return {step_, seconds(), loss_, validation_, checkpoint_};
  }

 private:
  std::filesystem::path folder() const { return options_.out; }
  double seconds() const {
    return seconds_before_ + std::chrono::duration<double>(Clock::now() - started_).count();
  }
  double progress_part() const {
    return time_limit_ > 0 ? seconds() / time_limit_
                           : static_cast<double>(step_) / static_cast<double>(options_.steps);
  }
  bool finished() const { return progress_part() >= 1; }
  bool due(int64_t every) const { return every > 0 && step_ % every == 0; }
  bool late() const {
    return options_.checkpoint_minutes > 0 &&
           std::chrono::duration<double>(Clock::now() - last_checkpoint_).count() >
               60 * options_.checkpoint_minutes;
  }

  void resume_or_begin() {
    const auto latest = find_latest_checkpoint(folder());
    if (!options_.resume) {
      require(!latest || options_.force, ErrorKind::file,
              "{}: holds a run; --resume goes on with it, --force begins anew", options_.out);
      std::filesystem::create_directories(folder());
      return;
    }
    if (!latest) {
      std::filesystem::create_directories(folder());
      progress_.warn(fmt::format("{}: no checkpoint yet; beginning", options_.out));
      return;
    }
    const Checkpoint checkpoint = read_checkpoint(*latest);
    const at::NoGradGuard no_grad;
    for (auto& [name, parameter] : task_.parameters()) {
      const auto stored = checkpoint.model.find(name);
      require(stored != checkpoint.model.end() && stored->second.sizes() == parameter.sizes(),
              ErrorKind::bad_data,
              "{}: no tensor {} of shape [{}]; was the run begun with another "
              "shape?",
              latest->string(), name, fmt::join(parameter.sizes().vec(), ", "));
      parameter.detach().copy_(stored->second);
    }
    optimizer_.load(checkpoint.optimizer);
    for (auto& [text, average] : averages_) {
      const auto stored = checkpoint.ema.find(text);
      require(stored != checkpoint.ema.end(), ErrorKind::bad_data,
              "{}: holds no average of decay {}", latest->string(), text);
      average.load(stored->second);
    }
    const Json state = parse_json(checkpoint.state, (*latest / "state.json").string());
    step_ = state.at("step").integer();
    seconds_before_ = state.at("seconds").real();
    loss_ = state.at("loss").real();
    sum_ = state.at("loss_sum").real();
    summed_ = state.at("loss_count").integer();
    checkpoint_ = latest->string();
  }

  void train_step() {
    optimizer_.zero_grad();
    double loss = 0;
    for (int64_t micro = 0; micro < options_.accumulate; ++micro) {
      const at::Tensor part = task_.loss(step_, micro) / static_cast<double>(options_.accumulate);
      part.backward();
      loss += part.item<double>();
    }
    require(std::isfinite(loss), ErrorKind::numerical,
            "the loss at step {} is {}; the last checkpoint is kept{}", step_, loss,
            checkpoint_.empty() ? "" : " in " + checkpoint_);
    rate_ = learning_rate_at(options_.optimizer, step_, progress_part());
    norm_ = optimizer_.step(rate_);
    ++step_;
    for (auto& [text, average] : averages_) {
      average.update(step_);
    }
    sum_ += loss;
    ++summed_;
    show();
  }

  void show() {
    if (time_limit_ > 0) {
      const auto now = static_cast<uint64_t>(seconds());
      progress_.advance(now - shown_);
      shown_ = now;
    } else {
      progress_.advance(1);
    }
    progress_.metric("step", static_cast<double>(step_));
  }

  void write_log(TrainingLog& log) {
    loss_ = sum_ / static_cast<double>(summed_);
    const double units = static_cast<double>(step_ - logged_step_) *
                         static_cast<double>(options_.accumulate * task_.units_per_micro_batch());
    const double now = seconds();
    const double speed =
        logged_step_ == 0 ? units / (now - seconds_before_) : units / (now - logged_seconds_);
    log.write(step_, {{"loss", loss_},
                      {"learning_rate", rate_},
                      {"gradient_norm", norm_},
                      {"seconds", now},
                      {task_.unit() + "_per_second", speed}});
    progress_.metric("loss", loss_);
    progress_.metric(task_.unit() + "/s", speed);
    logged_step_ = step_;
    logged_seconds_ = now;
    sum_ = 0;
    summed_ = 0;
  }

  void validate(TrainingLog& log) {
    const at::NoGradGuard no_grad;
    validation_ = task_.validate();
    if (!validation_.empty()) {
      log.write(step_, validation_);
    }
    for (const auto& [name, value] : validation_) {
      progress_.metric(name, value);
    }
  }

  void save() {
    Checkpoint checkpoint;
    checkpoint.step = step_;
    for (const auto& [name, parameter] : task_.parameters()) {
      checkpoint.model[name] = parameter.detach();
    }
    for (const auto& [text, average] : averages_) {
      checkpoint.ema[text] = average.average();
    }
    checkpoint.optimizer = optimizer_.state();
    checkpoint.config = task_.config();
    JsonWriter w(2);
    w.begin_object().key("step").value(step_).key("seconds").value(seconds());
    w.key("loss").value(loss_).key("loss_sum").value(sum_).key("loss_count").value(summed_);
    w.end_object();
    checkpoint.state = w.str() + "\n";
    write_checkpoint(folder(), checkpoint, options_.keep);
    checkpoint_ = find_latest_checkpoint(folder())->string();
    last_checkpoint_ = Clock::now();
  }

  TrainingTask& task_;
  const LoopOptions& options_;
  ProgressRef progress_;
  double time_limit_;
  AdamW optimizer_;
  std::vector<std::pair<std::string, Ema>> averages_;
  int64_t step_ = 0;
  double seconds_before_ = 0;
  Clock::time_point started_, last_checkpoint_;
  uint64_t shown_ = 0;
  double sum_ = 0, loss_ = 0, rate_ = 0, norm_ = 0;
  int64_t summed_ = 0, logged_step_ = 0;
  double logged_seconds_ = 0;
  std::map<std::string, double> validation_;
  std::string checkpoint_;
};

}  // namespace

LoopResult run_training(TrainingTask& task, const LoopOptions& options, Progress* progress) {
  options.validate();
  return Run(task, options, progress).run();
}

}  // namespace yonder::nn
