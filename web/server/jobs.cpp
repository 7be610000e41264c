// SPDX-License-Identifier: Apache-2.0
#include "web/server/jobs.h"

#include "web/server/http_message.h"
#include "yonder/base/json.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace yonder::web {
namespace {

constexpr size_t kMostPoints = 1000;
constexpr size_t kMostWarnings = 100;
constexpr size_t kMostRows = 1000;
constexpr size_t kMostNotes = 256;
constexpr auto kLookPeriod = std::chrono::milliseconds(100);

void write_number(JsonWriter& w, double value) {
  if (std::isfinite(value)) {
    w.value(value);
  } else {
    w.null();  // JSON knows no other word
  }
}

}  // namespace

const char* to_string(JobState state) {
  switch (state) {
    case JobState::queued:
      return "queued";
    case JobState::running:
      return "running";
    case JobState::done:
      return "done";
    case JobState::failed:
      return "failed";
    case JobState::cancelled:
      return "cancelled";
  }
  return "failed";
}

Job::Job(std::string id, JobWork work)
    : id_(std::move(id)),
      kind_(std::move(work.kind)),
      name_(std::move(work.name)),
      command_(std::move(work.command)),
      run_(std::move(work.run)) {}

void Job::begin(std::string_view what, uint64_t total, std::string_view unit) {
  const std::lock_guard lock(mutex_);
  what_ = what;
  unit_ = unit;
  total_ = total;
  done_ = 0;
  rate_since_ = Clock::now();
  rate_done_ = 0;
  ++progress_version_;
  wake_all();
}

void Job::advance(uint64_t n) {
  done_ += n;
  const Clock::time_point now = Clock::now();
  int64_t due = next_look_.load(std::memory_order_relaxed);
  const int64_t ticks = now.time_since_epoch().count();
  if (ticks < due ||
      !next_look_.compare_exchange_strong(due, (now + kLookPeriod).time_since_epoch().count())) {
    return;
  }
  const std::lock_guard lock(mutex_);
  measure_rate(now);
  ++progress_version_;
  wake_all();
}

void Job::metric(std::string_view name, double value) {
  const std::lock_guard lock(mutex_);
  add_point(name, value);
  wake_all();
}

void Job::warn(std::string_view text) {
  const std::lock_guard lock(mutex_);
  if (warnings_.size() == kMostWarnings) {
    ++warnings_left_out_;
    return;
  }
  warnings_.emplace_back(text);
  note("warn", fmt::format("{{\"text\":{}}}", json_escape_lossy(text)));
  wake_all();
}

void Job::row(std::string json) {
  const std::lock_guard lock(mutex_);
  if (rows_.size() == kMostRows) {
    return;
  }
  rows_.push_back(json);
  note("row", std::move(json));
  wake_all();
}

JobState Job::state() const {
  const std::lock_guard lock(mutex_);
  return state_;
}

bool Job::finished() const {
  const JobState now = state();
  return now != JobState::queued && now != JobState::running;
}

std::string Job::json() const {
  const std::lock_guard lock(mutex_);
  return whole();
}

std::vector<JobEvent> Job::news(JobCursor& cursor) const {
  const std::lock_guard lock(mutex_);
  std::vector<JobEvent> events;
  const uint64_t next_note = first_note_ + notes_.size();
  if (!cursor.begun || cursor.state != state_version_ || cursor.note < first_note_) {
    events.push_back({"state", whole()});
  } else {
    for (uint64_t number = cursor.note; number < next_note; ++number) {
      events.push_back(notes_[number - first_note_]);
    }
    if (cursor.progress != progress_version_) {
      events.push_back({"progress", progress_json()});
    }
  }
  cursor = {true, state_version_, progress_version_, next_note};
  return events;
}

uint64_t Job::subscribe(std::function<void()> wake) {
  const std::lock_guard lock(mutex_);
  listeners_[next_subscription_] = std::move(wake);
  return next_subscription_++;
}

void Job::unsubscribe(uint64_t subscription) {
  const std::lock_guard lock(mutex_);
  listeners_.erase(subscription);
}

void Job::request_cancel() {
  cancelled_ = true;
  const std::lock_guard lock(mutex_);
  if (state_ == JobState::queued) {
    set_state(JobState::cancelled);
  }
}

void Job::execute() {
  {
    const std::lock_guard lock(mutex_);
    if (state_ != JobState::queued) {
      return;  // cancelled while it waited
    }
    began_ = Clock::now();
    set_state(JobState::running);
  }
  std::string result = "null";
  std::optional<Error> error;
  try {
    result = run_(*this);
  } catch (const Error& thrown) {
    error = thrown;
  } catch (const std::bad_alloc&) {
    error = Error(ErrorKind::memory, "the system gave no more memory");
  } catch (const std::exception& thrown) {
    error = Error(ErrorKind::internal,
                  fmt::format("internal error: {}; please report this", thrown.what()));
  }
  run_ = nullptr;  // lets go of what it holds, uploaded texts for example
  const std::lock_guard lock(mutex_);
  ended_ = Clock::now();
  result_ = std::move(result);
  error_ = std::move(error);
  if (!error_) {
    set_state(JobState::done);
  } else if (error_->kind == ErrorKind::cancelled) {
    set_state(JobState::cancelled);
  } else {
    set_state(JobState::failed);
  }
}

void Job::set_state(JobState state) {
  state_ = state;
  ++state_version_;
  wake_all();
}

void Job::add_point(std::string_view name, double value) {
  Curve& curve = curves_[std::string(name)];
  const double at = seconds(Clock::now());
  if (curve.values++ % curve.every == 0) {
    curve.points.emplace_back(at, value);
  }
  if (curve.points.size() == kMostPoints) {
    for (size_t i = 0; 2 * i < kMostPoints; ++i) {
      curve.points[i] = curve.points[2 * i];
    }
    curve.points.resize((kMostPoints + 1) / 2);
    curve.every *= 2;
  }
  JsonWriter w;
  w.begin_object().key("name").raw(json_escape_lossy(name)).key("step").value(at).key("value");
  write_number(w, value);
  w.end_object();
  note("metric", w.str());
}

void Job::note(const char* name, std::string json) {
  notes_.push_back({name, std::move(json)});
  if (notes_.size() > kMostNotes) {
    notes_.pop_front();
    ++first_note_;
  }
}

void Job::measure_rate(Clock::time_point now) {
  const double passed = std::chrono::duration<double>(now - rate_since_).count();
  if (passed < 0.2) {
    return;
  }
  const uint64_t done = done_;
  if (done >= rate_done_) {  // else a step has just begun
    add_point(unit_ + "/s", static_cast<double>(done - rate_done_) / passed);
  }
  rate_since_ = now;
  rate_done_ = done;
}

double Job::seconds(Clock::time_point now) const {
  return std::chrono::duration<double>(now - began_).count();
}

std::string Job::whole() const {
  JsonWriter w;
  w.begin_object().key("id").value(id_).key("kind").value(kind_);
  w.key("name").raw(json_escape_lossy(name_)).key("state").value(to_string(state_));
  w.key("what").raw(json_escape_lossy(what_)).key("done").value(done_.load());
  w.key("total").value(total_).key("unit").raw(json_escape_lossy(unit_)).key("seconds");
  if (began_ == Clock::time_point()) {
    w.value(0.0);
  } else {
    w.value(seconds(ended_ == Clock::time_point() ? Clock::now() : ended_));
  }
  w.key("metrics").begin_object();
  for (const auto& [name, curve] : curves_) {
    w.key(name).begin_array();
    for (const auto& [at, value] : curve.points) {
      w.begin_array().value(at);
      write_number(w, value);
      w.end_array();
    }
    w.end_array();
  }
  w.end_object().key("rows").begin_array();
  for (const std::string& row : rows_) {
    w.raw(row);
  }
  w.end_array().key("warnings").begin_array();
  for (const std::string& warning : warnings_) {
    w.raw(json_escape_lossy(warning));
  }
  w.end_array().key("warnings_left_out").value(warnings_left_out_).key("error");
  if (error_) {
    w.begin_object().key("kind").value(to_string(error_->kind));
    w.key("message").raw(json_escape_lossy(error_->what())).end_object();
  } else {
    w.null();
  }
  w.key("result").raw(result_).key("command").raw(json_escape_lossy(command_)).end_object();
  return w.str();
}

std::string Job::progress_json() const {
  JsonWriter w;
  w.begin_object().key("what").raw(json_escape_lossy(what_)).key("done").value(done_.load());
  w.key("total").value(total_).key("unit").raw(json_escape_lossy(unit_)).end_object();
  return w.str();
}

void Job::wake_all() const {
  for (const auto& [subscription, wake] : listeners_) {
    wake();
  }
}

Jobs::Jobs(size_t keep, size_t waiting)
    : keep_(keep), waiting_(waiting), worker_([this] { work(); }) {}

Jobs::~Jobs() { stop(); }

std::shared_ptr<Job> Jobs::submit(JobWork work) {
  const std::lock_guard lock(mutex_);
  const auto queued = static_cast<size_t>(std::count_if(
      jobs_.begin(), jobs_.end(),
      [](const std::shared_ptr<Job>& job) { return job->state() == JobState::queued; }));
  if (queued >= waiting_) {
    throw HttpError(503, ErrorKind::bad_option,
                    fmt::format("{} jobs wait already; cancel one or wait", queued));
  }
  ++submitted_;
  jobs_.push_back(std::make_shared<Job>(fmt::format("j{}", submitted_), std::move(work)));
  changed_.notify_all();
  return jobs_.back();
}

std::shared_ptr<Job> Jobs::find(std::string_view id) const {
  const std::lock_guard lock(mutex_);
  for (const std::shared_ptr<Job>& job : jobs_) {
    if (job->id() == id) {
      return job;
    }
  }
  return nullptr;
}

std::vector<std::shared_ptr<Job>> Jobs::all() const {
  const std::lock_guard lock(mutex_);
  return jobs_;
}

void Jobs::cancel(Job& job) { job.request_cancel(); }

void Jobs::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    for (const std::shared_ptr<Job>& job : jobs_) {
      job->request_cancel();
    }
    changed_.notify_all();
  }
  if (worker_.joinable()) {
    worker_.join();
  }
}

void Jobs::work() {
  std::unique_lock lock(mutex_);
  while (true) {
    std::shared_ptr<Job> next;
    changed_.wait(lock, [&] {
      for (const std::shared_ptr<Job>& job : jobs_) {
        if (job->state() == JobState::queued) {
          next = job;
          return true;
        }
      }
      return stopping_;
    });
    if (next == nullptr) {
      return;
    }
    lock.unlock();
    next->execute();
    lock.lock();
    // Of the finished ones the oldest goes.
    const auto finished = [](const std::shared_ptr<Job>& job) { return job->finished(); };
    while (static_cast<size_t>(std::count_if(jobs_.begin(), jobs_.end(), finished)) > keep_) {
      jobs_.erase(std::find_if(jobs_.begin(), jobs_.end(), finished));
    }
  }
}

}  // namespace yonder::web
