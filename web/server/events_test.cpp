// SPDX-License-Identifier: Apache-2.0
#include "web/server/events.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <condition_variable>
#include <mutex>

namespace yonder::web {
namespace {

using testing::EndsWith;
using testing::HasSubstr;
using testing::StartsWith;

TEST(JobEvents, BeginWithTheWholeJobAndEndWithItsEnd) {
  Jobs jobs;
  std::mutex mutex;
  std::condition_variable changed;
  bool woken = false;
  const auto job = jobs.submit({"test", "thing", "yonder test", [](Progress& progress) {
                                  progress.begin("counting", 10, "bytes");
                                  progress.metric("loss", 1);
                                  progress.warn("two\nlines");
                                  return std::string("{\"model\":\"m1\"}");
                                }});
  JobEvents events(job);
  events.set_wake([&] {
    const std::lock_guard lock(mutex);
    woken = true;
    changed.notify_all();
  });
  std::string all;
  while (events.next(all)) {
    std::unique_lock lock(mutex);
    changed.wait_for(lock, std::chrono::seconds(10), [&] { return woken; });
    woken = false;
  }
  EXPECT_THAT(all, StartsWith("event: state\ndata: {\"id\":\"j1\""));
  EXPECT_THAT(all, HasSubstr("\"state\":\"done\""));
  EXPECT_THAT(all, HasSubstr("\"result\":{\"model\":\"m1\"}"));
  EXPECT_THAT(all, HasSubstr("two\\nlines"));
  EXPECT_THAT(all, EndsWith("\n\n"));
}

TEST(JobEvents, OfAFinishedJobAreItsState) {
  Jobs jobs;
  const auto job = jobs.submit({"test", "", "", [](Progress&) { return std::string("null"); }});
  while (!job->finished()) {
    std::this_thread::yield();
  }
  JobEvents events(job);
  std::string all;
  EXPECT_FALSE(events.next(all));
  EXPECT_THAT(all, StartsWith("event: state\n"));
  EXPECT_EQ(all.find("event:", 1), std::string::npos);
}

TEST(JobEvents, SayPingInSilence) {
  Jobs jobs;
  const HttpResponse response = job_events_response(
      jobs.submit({"test", "", "", [](Progress&) { return std::string("{}"); }}));
  EXPECT_EQ(response.content_type, "text/event-stream");
  EXPECT_EQ(std::get<std::shared_ptr<ChunkSource>>(response.body)->keep_alive(), ": ping\n\n");
}

}  // namespace
}  // namespace yonder::web
