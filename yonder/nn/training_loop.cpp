// SPDX-License-Identifier: Apache-2.0
#include "yonder/nn/training_loop.h"

#include "yonder/base/error.h"
#include "yonder/base/json.h"
#include "yonder/nn/adamw.h"
#include "yonder/nn/checkpoint.h"
#include "yonder/nn/distributed.h"
#include "yonder/nn/ema.h"
#include "yonder/nn/training_log.h"

#include <ATen/ATen.h>
#include <fmt/format.h>

#include <chrono>
#include <cmath>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace yonder::nn {
namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

std::string shape_text(const at::Tensor& tensor) {
  return fmt::format("[{}]", fmt::join(tensor.sizes().vec(), ", "));
}

class Run {
 public:
  Run(TrainingTask& task, const LoopOptions& options, Progress* progress)
      : task_(task),
        options_(options),
        progress_(progress),
        time_limit_(parse_training_time(options.time)),
        parameters_(task.parameters()),
        device_(parameters_.begin()->second.device()),
        processes_(options.place, device_, options.peer_timeout),
        optimizer_(parameters_, options.optimizer) {
    for (const std::string& decay : options.ema) {
      averages_.emplace(decay, Ema(parse_ema_decay(decay), parameters_));
    }
  }

  LoopResult run() {
    if (is_writer()) {
      resume_or_begin();
      log_.emplace(folder() / "log.jsonl", step_);
    }
    share_start();
    started_ = Clock::now();
    last_checkpoint_ = started_;
    begin_progress();
    agree();
    for (bool finished = part_done() >= 1; !finished;) {
      if (cancelled_) {
        save();
        fail(ErrorKind::cancelled, "stopped after step {}; the same command with --resume goes on",
             step_);
      }
      train_step();
      agree();
      finished = part_done() >= 1;
      if (is_writer()) {
        write_what_is_due(finished);
      }
    }
    if (is_writer() && validation_.empty()) {  // the run was at its end already
      validate();
    }
    return {step_, seconds(), loss_, validation_, checkpoint_};
  }

 private:
  std::filesystem::path folder() const { return options_.out; }
  /// Of training, over all resumed parts.
  double seconds() const { return seconds_before_ + seconds_since(started_); }
  /// Of several processes, only the first reads and writes the folder.
  bool is_writer() const { return processes_.rank() == 0; }
  /// 0 to 1, and above where the last step took longer than was left.
  double part_done() const {
    return time_limit_ > 0 ? clock_ / time_limit_
                           : static_cast<double>(step_) / static_cast<double>(options_.steps);
  }
  bool due(int64_t every) const { return every > 0 && step_ % every == 0; }
  bool is_late() const {
    return options_.checkpoint_minutes > 0 &&
           seconds_since(last_checkpoint_) > 60 * options_.checkpoint_minutes;
  }

  void resume_or_begin() {
    const auto latest = find_latest_checkpoint(folder());
    if (options_.resume && latest) {
      resume(*latest);
      return;
    }
    if (options_.resume) {
      progress_.warn(fmt::format("{}: no checkpoint yet; beginning", options_.out));
    }
    require(!latest || options_.force, ErrorKind::file,
            "{}: holds a run; --resume goes on with it, --force begins anew", options_.out);
    remove_checkpoints(folder());
    if (options_.optimizer.warmup >= options_.steps && time_limit_ == 0) {
      progress_.warn(
          fmt::format("--warmup {} of --steps {}: the learning rate never gets to its peak",
                      options_.optimizer.warmup, options_.steps));
    }
    save();
  }

  void resume(const std::filesystem::path& latest) {
    const Checkpoint checkpoint = read_checkpoint(latest);
    const at::NoGradGuard no_grad;
    for (auto& [name, parameter] : parameters_) {
      const auto stored = checkpoint.model.find(name);
      require(stored != checkpoint.model.end() && stored->second.sizes() == parameter.sizes(),
              ErrorKind::bad_data,
              "{}: no tensor {} of shape {}; was the run begun with other options?",
              latest.string(), name, shape_text(parameter));
      parameter.copy_(stored->second);
    }
    optimizer_.load(checkpoint.optimizer);
    for (auto& [decay, average] : averages_) {
      const auto stored = checkpoint.ema.find(decay);
      require(stored != checkpoint.ema.end(), ErrorKind::bad_data,
              "{}: holds no average of decay {}; was the run begun without --ema {}?",
              latest.string(), decay, decay);
      average.load(stored->second);
    }
    const Json state = parse_json(checkpoint.state, (latest / "state.json").string());
    step_ = state.at("step").integer();
    seconds_before_ = state.at("seconds").real();
    loss_ = state.at("loss").real();
    loss_sum_ = state.at("loss_sum").real();
    loss_count_ = state.at("loss_count").integer();
    saved_step_ = step_;
    checkpoint_ = latest.string();
  }

  /// Gives the start of process 0 to all.
  void share_start() {
    const at::NoGradGuard no_grad;
    const at::Tensor numbers =
        at::tensor({static_cast<double>(step_), seconds_before_}).to(device_);
    processes_.broadcast(numbers);
    step_ = numbers[0].item<int64_t>();
    seconds_before_ = numbers[1].item<double>();
    for (const auto& [name, parameter] : parameters_) {
      processes_.broadcast(parameter.detach());
    }
    const NamedTensors state = optimizer_.state();
    for (const auto& [name, tensor] : state) {
      processes_.broadcast(tensor);
    }
    optimizer_.load(state);
    for (auto& [decay, average] : averages_) {
      for (const auto& [name, tensor] : average.average()) {
        processes_.broadcast(tensor);
      }
    }
  }

  /// What all processes must see alike before the next step: the clock of the first, and whether
  /// anybody was asked to stop.
  void agree() {
    const double stop = progress_.cancelled() ? 1 : 0;
    const at::Tensor numbers = at::tensor({is_writer() ? seconds() : 0.0, stop}).to(device_);
    processes_.sum(numbers);
    clock_ = numbers[0].item<double>();
    cancelled_ = numbers[1].item<double>() > 0;
  }

  void write_what_is_due(bool finished) {
    if (finished || due(options_.log_every)) {
      write_log();
    }
    if (finished || due(options_.validate_every)) {
      validate();
      if (!validation_.empty()) {
        log_->write(step_, validation_);
      }
    }
    if (finished || due(options_.checkpoint_every) || is_late()) {
      save();
    }
  }

  void begin_progress() {
    const bool by_time = time_limit_ > 0;
    const auto steps = static_cast<double>(options_.steps);
    progress_.begin("training", static_cast<uint64_t>(by_time ? time_limit_ : steps),
                    by_time ? "s" : "steps");
    show();
  }

  /// Brings the bar to where the run is.
  void show() {
    const auto steps = static_cast<double>(step_);
    const auto now = static_cast<uint64_t>(time_limit_ > 0 ? seconds() : steps);
    progress_.advance(now - shown_);
    shown_ = now;
    progress_.metric("step", static_cast<double>(step_));
  }

  /// Leaves the mean gradients of the step's micro-batches, over all processes, in the parameters;
  /// gives their mean loss.
  double gradients_of_step() {
    const int64_t parts = options_.accumulate * processes_.size();
    double loss = 0;
    for (int64_t micro = 0; micro < options_.accumulate; ++micro) {
      const at::Tensor part = task_.loss(step_, micro * processes_.size() + processes_.rank()) /
                              static_cast<double>(parts);
      part.backward();
      loss += part.item<double>();
    }
    if (processes_.size() == 1) {
      return loss;
    }
    const at::NoGradGuard no_grad;
    std::vector<at::Tensor> pieces;
    for (const auto& [name, parameter] : parameters_) {
      if (!parameter.grad().defined()) {
        parameter.mutable_grad() = at::zeros_like(parameter);
      }
      pieces.push_back(parameter.grad().flatten());
    }
    const at::Tensor all = at::cat(pieces);
    processes_.sum(all);
    int64_t begin = 0;
    for (const auto& [name, parameter] : parameters_) {
      parameter.grad().copy_(all.narrow(0, begin, parameter.numel()).view(parameter.sizes()));
      begin += parameter.numel();
    }
    const at::Tensor total = at::tensor({loss}, at::kDouble).to(device_);
    processes_.sum(total);
    return total.item<double>();
  }

  void train_step() {
    const Clock::time_point start = Clock::now();
    optimizer_.zero_grad();
    const double loss = gradients_of_step();
    require(std::isfinite(loss), ErrorKind::numerical,
            "the loss of step {} is {}; {} is kept. Take a smaller --learning-rate or a longer "
            "--warmup",
            step_ + 1, loss, checkpoint_);
    rate_ = learning_rate_at(options_.optimizer, step_, part_done());
    norm_ = optimizer_.step(rate_);
    ++step_;
    for (auto& [decay, average] : averages_) {
      average.update(step_);
    }
    loss_sum_ += loss;
    ++loss_count_;
    step_seconds_ += seconds_since(start);
    ++timed_steps_;
    show();
  }

  void write_log() {
    loss_ = loss_sum_ / static_cast<double>(loss_count_);
    const double speed = static_cast<double>(timed_steps_ * options_.accumulate *
                                             processes_.size() * task_.units_per_micro_batch()) /
                         step_seconds_;
    log_->write(step_, {{"loss", loss_},
                        {"learning_rate", rate_},
                        {"gradient_norm", norm_},
                        {"seconds", seconds()},
                        {task_.unit() + "_per_second", speed}});
    progress_.metric("loss", loss_);
    progress_.metric(task_.unit() + "/s", speed);
    loss_sum_ = 0;
    loss_count_ = 0;
    step_seconds_ = 0;
    timed_steps_ = 0;
  }

  void validate() {
    const at::NoGradGuard no_grad;
    validation_ = task_.validate();
    for (const auto& [name, value] : validation_) {
      progress_.metric(name, value);
    }
  }

  /// A checkpoint of this step, unless there is one.
  void save() {
    last_checkpoint_ = Clock::now();
    if (saved_step_ == step_ || !is_writer()) {
      return;
    }
    Checkpoint checkpoint;
    checkpoint.step = step_;
    checkpoint.model = parameters_;
    for (const auto& [decay, average] : averages_) {
      checkpoint.ema[decay] = average.average();
    }
    checkpoint.optimizer = optimizer_.state();
    checkpoint.config = task_.config();
    JsonWriter w(2);
    w.begin_object().key("step").value(step_).key("seconds").value(seconds());
    w.key("loss").value(loss_).key("loss_sum").value(loss_sum_);
    w.key("loss_count").value(loss_count_).end_object();
    checkpoint.state = w.str() + "\n";
    write_checkpoint(folder(), checkpoint, options_.keep);
    checkpoint_ = find_latest_checkpoint(folder())->string();
    saved_step_ = step_;
  }

  TrainingTask& task_;
  const LoopOptions& options_;
  ProgressRef progress_;
  double time_limit_;  // seconds; 0: by steps
  NamedTensors parameters_;
  at::Device device_;
  Processes processes_;
  AdamW optimizer_;
  std::map<std::string, Ema> averages_;  // by the text of the decay

  std::optional<TrainingLog> log_;  // of the writer

  int64_t step_ = 0;           // steps taken
  int64_t saved_step_ = -1;    // of the newest checkpoint
  double seconds_before_ = 0;  // of resumed parts
  Clock::time_point started_ = Clock::now();
  Clock::time_point last_checkpoint_ = started_;
  double clock_ = 0;        // seconds(), as agreed
  bool cancelled_ = false;  // the same
  uint64_t shown_ = 0;      // of the bar
  double rate_ = 0, norm_ = 0;
  double loss_ = 0;  // mean over the last line of the log
  // Since the last line of the log; the first two go on over a resumption.
  double loss_sum_ = 0;
  int64_t loss_count_ = 0;
  double step_seconds_ = 0;
  int64_t timed_steps_ = 0;
  std::map<std::string, double> validation_;
  std::string checkpoint_;  // the newest folder
};

}  // namespace

LoopResult run_training(TrainingTask& task, const LoopOptions& options, Progress* progress) {
  options.validate();
  return Run(task, options, progress).run();
}

}  // namespace yonder::nn
