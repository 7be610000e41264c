// SPDX-License-Identifier: Apache-2.0
#include "web/server/work_queue.h"

#include "web/server/http_message.h"

#include <fmt/format.h>

#include <algorithm>

namespace yonder::web {

WorkQueue::WorkQueue(int64_t threads, size_t waiting) : most_waiting_(waiting) {
  for (int64_t i = 0; i < threads; ++i) {
    threads_.emplace_back([this] { serve(); });
  }
}

WorkQueue::~WorkQueue() { stop(); }

void WorkQueue::submit(std::shared_ptr<QueuedWork> work) {
  const std::lock_guard lock(mutex_);
  std::erase_if(waiting_, [](const auto& other) { return !other->wanted(); });
  const size_t busy = running_.size() + waiting_.size();
  if (stopping_ || busy >= threads_.size() + most_waiting_) {
    throw HttpError(429, ErrorKind::memory,
                    fmt::format("{} requests are worked on and {} wait, which is all there is room "
                                "for; try again later",
                                running_.size(), waiting_.size()),
                    "rate_limit_exceeded");
  }
  waiting_.push_back(std::move(work));
  changed_.notify_one();
}

void WorkQueue::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    for (const std::shared_ptr<QueuedWork>& work : running_) {
      work->abandon();
    }
    waiting_.clear();
    changed_.notify_all();
  }
  for (std::thread& thread : threads_) {
    if (thread.joinable()) {
      thread.join();
    }
  }
}

void WorkQueue::serve() {
  std::unique_lock lock(mutex_);
  while (true) {
    changed_.wait(lock, [this] { return stopping_ || !waiting_.empty(); });
    if (stopping_) {
      return;
    }
    const std::shared_ptr<QueuedWork> work = std::move(waiting_.front());
    waiting_.pop_front();
    if (!work->wanted()) {
      continue;
    }
    running_.push_back(work);
    lock.unlock();
    work->run();
    lock.lock();
    std::erase(running_, work);
  }
}

}  // namespace yonder::web
