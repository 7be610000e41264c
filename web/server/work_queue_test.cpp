// SPDX-License-Identifier: Apache-2.0
#include "web/server/work_queue.h"

#include "web/server/http_message.h"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>

namespace yonder::web {
namespace {

/// Runs until it is released or abandoned.
class Held : public QueuedWork {
 public:
  void run() override {
    started = true;
    while (!released && wanted()) {
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    ended = true;
  }
  void abandon() override { wanted_ = false; }
  bool wanted() const override { return wanted_; }

  std::atomic<bool> started{false};
  std::atomic<bool> released{false};
  std::atomic<bool> ended{false};

 private:
  std::atomic<bool> wanted_{true};
};

void wait_until(const std::atomic<bool>& flag) {
  while (!flag) {
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
}

TEST(WorkQueue, RefusesWhatFindsNoPlaceAndTakesItAfterOneHasEnded) {
  WorkQueue queue(1, 1);
  const auto first = std::make_shared<Held>();
  const auto second = std::make_shared<Held>();
  queue.submit(first);
  wait_until(first->started);
  queue.submit(second);
  try {
    queue.submit(std::make_shared<Held>());
    FAIL() << "the line is full";
  } catch (const HttpError& error) {
    EXPECT_EQ(error.status, 429);
    EXPECT_EQ(error.code, "rate_limit_exceeded");
  }
  first->released = true;
  wait_until(second->started);
  EXPECT_NO_THROW(queue.submit(std::make_shared<Held>()));
}

TEST(WorkQueue, GivesThePlaceOfWhoHasLeftToTheNext) {
  WorkQueue queue(1, 1);
  const auto running = std::make_shared<Held>();
  const auto leaver = std::make_shared<Held>();
  const auto next = std::make_shared<Held>();
  queue.submit(running);
  wait_until(running->started);
  queue.submit(leaver);
  leaver->abandon();
  queue.submit(next);
  running->abandon();
  wait_until(next->started);
  EXPECT_FALSE(leaver->started);
}

TEST(WorkQueue, EndsWhatRunsWhenItIsStopped) {
  WorkQueue queue(2, 1);
  const auto work = std::make_shared<Held>();
  queue.submit(work);
  wait_until(work->started);
  queue.stop();
  EXPECT_TRUE(work->ended);
  EXPECT_THROW(queue.submit(work), HttpError);
}

}  // namespace
}  // namespace yonder::web
