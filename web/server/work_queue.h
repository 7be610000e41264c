// SPDX-License-Identifier: Apache-2.0
// A few threads and a short line in front of them: work that a client waits for and that is too
// long for a handler of the server, such as the text of a language model. Who does not get a place
// in the line is told so at once, with 429; whoever is not waited for any more loses its place.
// Jobs (jobs.h) are for work that goes on when nobody waits. Test: work_queue_test.cpp.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

namespace yonder::web {

class QueuedWork {
 public:
  virtual ~QueuedWork() = default;
  /// On a thread of the queue. Must not throw.
  virtual void run() = 0;
  /// Nobody waits any more: run() ends soon. Any thread, at any time.
  virtual void abandon() = 0;
  /// False after abandon().
  virtual bool wanted() const = 0;
};

class WorkQueue {
 public:
  /// threads: works that run at the same time. waiting: the most that wait for one of them.
  WorkQueue(int64_t threads, size_t waiting);
  /// stop().
  ~WorkQueue();
  WorkQueue(const WorkQueue&) = delete;
  WorkQueue& operator=(const WorkQueue&) = delete;

  /// Throws HttpError 429 when the line is full.
  void submit(std::shared_ptr<QueuedWork> work);
  /// Abandons all work and waits for what runs to end.
  void stop();

 private:
  void serve();
  const size_t most_waiting_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::shared_ptr<QueuedWork>> waiting_;
  std::vector<std::shared_ptr<QueuedWork>> running_;
  bool stopping_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace yonder::web
