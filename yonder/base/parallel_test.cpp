// SPDX-License-Identifier: Apache-2.0
#include "yonder/base/parallel.h"

#include "tests/error_text.h"
#include "yonder/base/cpu.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <mutex>
#include <set>
#include <thread>
#include <vector>

namespace yonder {
namespace {

using testing::HasSubstr;

TEST(ThreadCount, ZeroMeansAllCores) {
  EXPECT_EQ(thread_count(0), available_cores());
  EXPECT_EQ(thread_count(3), 3);
  EXPECT_THAT(error_text(ErrorKind::bad_option, [] { thread_count(-1); }), HasSubstr("--threads"));
  EXPECT_THAT(error_text(ErrorKind::bad_option, [] { thread_count(100000); }), HasSubstr("1024"));
}

TEST(ParallelFor, CoversEveryItemOnceInRangesOfTheGrain) {
  for (const int threads : {1, 2, 7}) {
    for (const size_t n : {0U, 1U, 9U, 10U, 11U, 1000U}) {
      std::vector<std::atomic<int>> seen(n);
      parallel_for(n, 10, threads, [&](size_t first, size_t last) {
        EXPECT_LT(first, last);
        EXPECT_LE(last - first, 10U);
        for (size_t i = first; i < last; ++i) {
          ++seen[i];
        }
      });
      for (const std::atomic<int>& count : seen) {
        ASSERT_EQ(count.load(), 1);
      }
    }
  }
}

TEST(ParallelFor, OneThreadGoesInOrderInTheCaller) {
  std::vector<size_t> firsts;
  const auto caller = std::this_thread::get_id();
  parallel_for(35, 10, 1, [&](size_t first, size_t) {
    EXPECT_EQ(std::this_thread::get_id(), caller);
    firsts.push_back(first);
  });
  EXPECT_EQ(firsts, (std::vector<size_t>{0, 10, 20, 30}));
}

TEST(ParallelFor, UsesSeveralThreads) {
  std::mutex mutex;
  std::set<std::thread::id> ids;
  // Every range waits until three threads have come, so the test passes only with three.
  std::atomic<int> arrived{0};
  parallel_for(3, 1, 3, [&](size_t, size_t) {
    ++arrived;
    while (arrived.load() < 3) {
      std::this_thread::yield();
    }
    const std::lock_guard<std::mutex> lock(mutex);
    ids.insert(std::this_thread::get_id());
  });
  EXPECT_EQ(ids.size(), 3U);
}

TEST(ParallelFor, LowestFailingRangeWinsForAnyTiming) {
  for (int round = 0; round < 50; ++round) {
    const std::string text = error_text(ErrorKind::bad_data, [&] {
      parallel_for(100, 1, 4, [&](size_t first, size_t) {
        if (first == 20) {
          std::this_thread::sleep_for(std::chrono::microseconds(200));
        }
        if (first >= 20) {
          fail(ErrorKind::bad_data, "range {}", first);
        }
      });
    });
    ASSERT_EQ(text, "range 20");
  }
}

struct Item {
  explicit Item(int index_in, std::atomic<int>& alive_in) : index(index_in), alive(alive_in) {
    ++alive;
  }
  ~Item() { --alive; }
  Item(const Item&) = delete;
  Item& operator=(const Item&) = delete;
  int index;
  int squared = 0;
  std::atomic<int>& alive;
};

// Where each stage throws; -1 = nowhere.
struct Failures {
  int read = -1;
  int work = -1;
  int write = -1;
};

struct Outcome {
  std::vector<int> written;
  int most_alive = 0;
  int left_alive = 0;
  std::string error;
};

Outcome run_pipeline(int threads, int items, Failures failures = {}) {
  Outcome outcome;
  std::atomic<int> alive{0};
  std::atomic<int> readers{0};
  std::atomic<int> writers{0};
  std::atomic<int> most{0};
  int next = 0;
  try {
    ordered_pipeline<Item>(
        threads,
        [&]() -> std::unique_ptr<Item> {
          EXPECT_EQ(++readers, 1);
          if (next == failures.read) {
            --readers;
            fail(ErrorKind::file, "read {}", next);
          }
          std::unique_ptr<Item> item;
          if (next < items) {
            item = std::make_unique<Item>(next++, alive);
            int seen = most.load();
            while (alive.load() > seen && !most.compare_exchange_weak(seen, alive.load())) {
            }
          }
          --readers;
          return item;
        },
        [&](Item& item) {
          // Unequal work, so that items finish out of order.
          if (item.index % 7 == 0) {
            std::this_thread::sleep_for(std::chrono::microseconds(100));
          }
          if (failures.work >= 0 && item.index >= failures.work) {
            fail(ErrorKind::file, "work {}", item.index);
          }
          item.squared = item.index * item.index;
        },
        [&](Item& item) {
          EXPECT_EQ(++writers, 1);
          EXPECT_EQ(item.squared, item.index * item.index);
          --writers;
          if (item.index == failures.write) {
            fail(ErrorKind::file, "write {}", item.index);
          }
          outcome.written.push_back(item.index);
        });
  } catch (const Error& error) {
    outcome.error = error.what();
  }
  outcome.most_alive = most.load();
  outcome.left_alive = alive.load();
  return outcome;
}

std::vector<int> up_to(int n) {
  std::vector<int> numbers;
  for (int i = 0; i < n; ++i) {
    numbers.push_back(i);
  }
  return numbers;
}

TEST(OrderedPipeline, WritesInTheOrderOfReading) {
  for (const int threads : {1, 2, 3, 8}) {
    for (const int items : {0, 1, 5, 500}) {
      const Outcome outcome = run_pipeline(threads, items);
      EXPECT_EQ(outcome.written, up_to(items));
      EXPECT_EQ(outcome.error, "");
      EXPECT_EQ(outcome.left_alive, 0);
    }
  }
}

TEST(OrderedPipeline, KeepsAtMostTwoItemsPerThreadAlive) {
  for (const int threads : {1, 2, 5}) {
    EXPECT_LE(run_pipeline(threads, 300).most_alive, 2 * threads);
  }
}

TEST(OrderedPipeline, FailureEndsItAsOneThreadWould) {
  for (int round = 0; round < 20; ++round) {
    for (const int threads : {1, 2, 4}) {
      const Outcome read = run_pipeline(threads, 100, {.read = 30});
      EXPECT_EQ(read.error, "read 30");
      EXPECT_EQ(read.written, up_to(30));
      const Outcome work = run_pipeline(threads, 100, {.work = 35});
      EXPECT_EQ(work.error, "work 35");
      EXPECT_EQ(work.written, up_to(35));
      const Outcome write = run_pipeline(threads, 100, {.write = 40});
      EXPECT_EQ(write.error, "write 40");
      EXPECT_EQ(write.written, up_to(40));
      const Outcome several = run_pipeline(threads, 100, {.read = 43, .work = 42, .write = 41});
      EXPECT_EQ(several.error, "write 41");
      EXPECT_EQ(several.written, up_to(41));
      EXPECT_EQ(read.left_alive + work.left_alive + write.left_alive + several.left_alive, 0);
    }
  }
}

}  // namespace
}  // namespace yonder
