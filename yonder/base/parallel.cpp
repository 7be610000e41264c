// SPDX-License-Identifier: Apache-2.0
// Threads of the standard library, started per call and joined before it returns. Both functions
// hand out work in ascending order, so whatever precedes a failing item has been handed out before
// it; the failure of the lowest item is the one thrown, for any number of threads and any timing.
// Not oneTBB: it throws whichever failure comes first on the clock, and its library, which is not
// built for ThreadSanitizer, hides its locks from it. Starting a thread costs tens of microseconds,
// so hand out ranges and items that take a millisecond or more.
#include "yonder/base/parallel.h"

#include "yonder/base/cpu.h"
#include "yonder/base/error.h"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <exception>
#include <limits>
#include <map>
#include <mutex>
#include <system_error>
#include <thread>
#include <vector>

namespace yonder {

namespace {

constexpr uint64_t kNever = std::numeric_limits<uint64_t>::max();
constexpr int64_t kMostThreads = 1024;

// The failure of the lowest item so far.
class FirstFailure {
 public:
  void record(uint64_t item, std::exception_ptr error) {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (item < item_.load()) {
      item_.store(item);
      error_ = std::move(error);
    }
  }
  /// Items from this one on need not be worked on; kNever if none failed.
  uint64_t item() const { return item_.load(); }
  void rethrow() const {
    if (error_) {
      std::rethrow_exception(error_);
    }
  }

 private:
  std::mutex mutex_;
  std::atomic<uint64_t> item_{kNever};
  std::exception_ptr error_;
};

// Runs `body`, which must not throw, from `threads` threads, the caller's included. Where the
// system refuses more threads, the work is done by those that there are.
template <typename Body>
void run_crew(int threads, const Body& body) {
  std::vector<std::thread> crew;
  crew.reserve(static_cast<size_t>(threads));
  try {
    for (int i = 1; i < threads; ++i) {
      crew.emplace_back(body);
    }
  } catch (const std::system_error&) {
  }
  body();
  for (std::thread& thread : crew) {
    thread.join();
  }
}

// The state of one ordered_pipeline. A thread does whichever is possible first: write the next
// item, read and work on a new one, wait.
class Pipeline {
 public:
  Pipeline(int threads, const std::function<std::shared_ptr<void>()>& read,
           const std::function<void(void*)>& work, const std::function<void(void*)>& write)
      : limit_(2 * static_cast<uint64_t>(threads)), read_(read), work_(work), write_(write) {}

  void run_thread() {
    std::unique_lock<std::mutex> lock(mutex_);
    for (;;) {
      const uint64_t failed = failure_.item();
      const bool reads_over = ended_ || next_read_ >= failed;
      if (!writing_ && next_write_ < failed && worked_.count(next_write_) > 0) {
        write_next(lock);
      } else if (!reading_ && !reads_over && alive_ < limit_) {
        read_next(lock);
      } else if (reads_over && !reading_ && next_write_ >= std::min(next_read_, failed)) {
        return;
      } else {
        changed_.wait(lock);
      }
    }
  }

  void rethrow() const { failure_.rethrow(); }

 private:
  void write_next(std::unique_lock<std::mutex>& lock) {
    auto node = worked_.extract(next_write_);
    writing_ = true;
    lock.unlock();
    bool written = true;
    try {
      write_(node.mapped().get());
    } catch (...) {
      failure_.record(node.key(), std::current_exception());
      written = false;
    }
    node.mapped().reset();
    lock.lock();
    writing_ = false;
    --alive_;
    if (written) {
      ++next_write_;
    }
    changed_.notify_all();
  }

  void read_next(std::unique_lock<std::mutex>& lock) {
    const uint64_t index = next_read_;
    reading_ = true;
    ++alive_;
    lock.unlock();
    std::shared_ptr<void> item;
    try {
      item = read_();
    } catch (...) {
      failure_.record(index, std::current_exception());
    }
    lock.lock();
    reading_ = false;
    if (item == nullptr) {
      --alive_;
      ended_ = true;
      changed_.notify_all();
      return;
    }
    ++next_read_;
    changed_.notify_all();
    if (index < failure_.item()) {
      lock.unlock();
      try {
        work_(item.get());
      } catch (...) {
        failure_.record(index, std::current_exception());
      }
      lock.lock();
    }
    if (index < failure_.item()) {
      worked_.emplace(index, std::move(item));
    }
    changed_.notify_all();
  }

  const uint64_t limit_;
  const std::function<std::shared_ptr<void>()>& read_;
  const std::function<void(void*)>& work_;
  const std::function<void(void*)>& write_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::map<uint64_t, std::shared_ptr<void>> worked_;  // waiting to be written
  uint64_t next_read_ = 0;
  uint64_t next_write_ = 0;
  uint64_t alive_ = 0;
  bool reading_ = false;
  bool writing_ = false;
  bool ended_ = false;
  FirstFailure failure_;
};

}  // namespace

int thread_count(int64_t requested) {
  require(requested >= 0 && requested <= kMostThreads, ErrorKind::bad_option,
          "--threads is {}; it must lie between 0 (all cores) and {}", requested, kMostThreads);
  return requested == 0 ? available_cores() : static_cast<int>(requested);
}

void parallel_for(size_t n, size_t grain, int threads,
                  const std::function<void(size_t first, size_t last)>& body) {
  YONDER_CHECK(threads >= 1);
  grain = std::max<size_t>(grain, 1);
  const size_t ranges = n / grain + (n % grain == 0 ? 0 : 1);
  std::atomic<uint64_t> next{0};
  FirstFailure failure;
  const size_t useful = std::max<size_t>(1, std::min(static_cast<size_t>(threads), ranges));
  run_crew(static_cast<int>(useful), [&] {
    for (;;) {
      const uint64_t range = next.fetch_add(1);
      if (range >= ranges || failure.item() != kNever) {
        return;
      }
      try {
        const size_t first = range * grain;
        body(first, std::min(n, first + grain));
      } catch (...) {
        failure.record(range, std::current_exception());
      }
    }
  });
  failure.rethrow();
}

namespace detail {

void ordered_pipeline_erased(int threads, const std::function<std::shared_ptr<void>()>& read,
                             const std::function<void(void*)>& work,
                             const std::function<void(void*)>& write) {
  YONDER_CHECK(threads >= 1);
  Pipeline pipeline(threads, read, work, write);
  run_crew(threads, [&] { pipeline.run_thread(); });
  pipeline.rethrow();
}

}  // namespace detail
}  // namespace yonder
