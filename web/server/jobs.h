// SPDX-License-Identifier: Apache-2.0
// Long work of the web app: one queue, one job at a time (a job uses all threads itself). A job
// goes on when the tab that began it is closed; it ends by itself or is cancelled.
//
// A job records what its work reports (Progress) in bounded memory, so that a tab opened later sees
// all of it: the step, a curve for each metric (thinned beyond 1,000 points), rows of its result as
// they are found, the first 100 warnings. Each listener keeps a cursor and asks for what is new;
// one that is slow or comes late gets the whole job instead of every change. Test: jobs_test.cpp.
#pragma once

#include "yonder/base/error.h"
#include "yonder/base/progress.h"

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

namespace yonder::web {

/// What the work of a job reports to.
class JobProgress : public Progress {
 public:
  /// A finding that is worth showing before the work is done, such as the row of a table, as JSON
  /// on one line. The first 1,000 are kept.
  virtual void row(std::string json) = 0;
};

/// What a job does.
struct JobWork {
  std::string kind;     ///< "tokenizer.train"
  std::string name;     ///< what comes out, for lists: "mine.model"
  std::string command;  ///< the equal command line
  /// Runs on the queue's thread; returns the result as JSON. Ends with Error(cancelled) soon after
  /// progress.cancelled() is true.
  std::function<std::string(JobProgress& progress)> run;
};

enum class JobState { queued, running, done, failed, cancelled };

/// The state's name in JSON.
const char* to_string(JobState state);

/// One thing that happened in a job, as an event of its stream.
struct JobEvent {
  std::string name;  ///< "state", "progress", "metric", "row", "warn"
  std::string json;
};

/// What a listener has seen of a job.
struct JobCursor {
  bool begun = false;
  uint64_t state = 0;
  uint64_t progress = 0;
  uint64_t note = 0;
};

class Job : public JobProgress {
 public:
  Job(std::string id, JobWork work);

  // What the work reports; any thread.
  void begin(std::string_view what, uint64_t total, std::string_view unit) override;
  void advance(uint64_t n) override;
  void metric(std::string_view name, double value) override;
  void warn(std::string_view text) override;
  void row(std::string json) override;
  bool cancelled() override { return cancelled_.load(std::memory_order_relaxed); }

  const std::string& id() const { return id_; }
  JobState state() const;
  /// done, failed or cancelled.
  bool finished() const;
  /// The whole job: {"id","kind","name","state","what","done","total","unit","seconds","metrics":
  /// {name:[[seconds, value],...]},"rows","warnings","warnings_left_out","error","result",
  /// "command"}.
  /// Metrics hold, beside what the work reports, its rate ("bytes/s").
  std::string json() const;
  /// What is new since `cursor`, which moves on. The first is always the whole job ("state").
  std::vector<JobEvent> news(JobCursor& cursor) const;
  /// Calls `wake` when there is news, from any thread, until it is unsubscribed. `wake` must not
  /// call back into the job.
  uint64_t subscribe(std::function<void()> wake);
  /// When this returns, `wake` is not called any more.
  void unsubscribe(uint64_t subscription);

 private:
  friend class Jobs;
  using Clock = std::chrono::steady_clock;

  /// A curve; when it is full every other point goes and from then on every other value is left
  /// out.
  struct Curve {
    std::vector<std::pair<double, double>> points;
    uint64_t values = 0;
    uint64_t every = 1;
  };

  void request_cancel();
  void execute();
  // The rest needs mutex_ to be held.
  void set_state(JobState state);
  void add_point(std::string_view name, double value);
  void note(const char* name, std::string json);
  void measure_rate(Clock::time_point now);
  double seconds(Clock::time_point now) const;
  std::string whole() const;
  std::string progress_json() const;
  void wake_all() const;

  const std::string id_;
  const std::string kind_;
  const std::string name_;
  const std::string command_;
  std::function<std::string(JobProgress&)> run_;  // the queue's thread only
  std::atomic<bool> cancelled_{false};
  std::atomic<uint64_t> done_{0};
  std::atomic<int64_t> next_look_{0};  // ticks of Clock before which advance() only counts

  mutable std::mutex mutex_;
  JobState state_ = JobState::queued;
  std::string what_;
  std::string unit_;
  uint64_t total_ = 0;
  std::map<std::string, Curve> curves_;
  std::vector<std::string> rows_;
  std::vector<std::string> warnings_;
  uint64_t warnings_left_out_ = 0;
  std::optional<Error> error_;
  std::string result_ = "null";
  Clock::time_point began_{};
  Clock::time_point ended_{};
  Clock::time_point rate_since_{};
  uint64_t rate_done_ = 0;
  uint64_t state_version_ = 0;
  uint64_t progress_version_ = 0;
  std::deque<JobEvent> notes_;  // the latest metrics and warnings
  uint64_t first_note_ = 0;     // number of notes_.front()
  std::map<uint64_t, std::function<void()>> listeners_;
  uint64_t next_subscription_ = 0;
};

class Jobs {
 public:
  /// keep: finished jobs that stay listed. waiting: the most that may be queued.
  explicit Jobs(size_t keep = 50, size_t waiting = 20);
  /// stop().
  ~Jobs();
  Jobs(const Jobs&) = delete;
  Jobs& operator=(const Jobs&) = delete;

  /// Throws HttpError 503 when too many wait already.
  std::shared_ptr<Job> submit(JobWork work);
  /// The job, or null.
  std::shared_ptr<Job> find(std::string_view id) const;
  /// Oldest first.
  std::vector<std::shared_ptr<Job>> all() const;
  /// A queued job will not run; a running one ends soon; a finished one stays as it is.
  void cancel(Job& job);
  /// Cancels everything and waits for the running job to end.
  void stop();

 private:
  void work();
  const size_t keep_;
  const size_t waiting_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::shared_ptr<Job>> jobs_;
  uint64_t submitted_ = 0;
  bool stopping_ = false;
  std::thread worker_;
};

}  // namespace yonder::web
