// SPDX-License-Identifier: Apache-2.0
#include "web/server/jobs.h"

#include "tests/error_text.h"
#include "web/server/http_message.h"
#include "yonder/base/json.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <future>
#include <thread>

namespace yonder::web {
namespace {

using testing::HasSubstr;

JobWork work_of(std::function<std::string(Progress&)> run) {
  return {"test", "thing", "yonder test", std::move(run)};
}

void wait_until_finished(const Job& job) {
  while (!job.finished()) {
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
}

Json json_of(const Job& job) { return parse_json(job.json(), "job"); }

/// Work that goes on until it is cancelled, and says when it began.
JobWork endless(std::promise<void>& began) {
  return work_of([&began](Progress& progress) -> std::string {
    began.set_value();
    while (!progress.cancelled()) {
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    fail(ErrorKind::cancelled, "stopped");
  });
}

TEST(Jobs, RunOneAfterAnotherAndKeepTheirResults) {
  Jobs jobs;
  std::atomic<int> running{0};
  std::vector<std::shared_ptr<Job>> submitted;
  for (int i = 0; i < 5; ++i) {
    submitted.push_back(jobs.submit(work_of([&running, i](Progress&) {
      EXPECT_EQ(running.fetch_add(1), 0);
      std::this_thread::sleep_for(std::chrono::milliseconds(2));
      running.fetch_sub(1);
      return fmt::format("{{\"number\":{}}}", i);
    })));
  }
  for (int i = 0; i < 5; ++i) {
    wait_until_finished(*submitted[static_cast<size_t>(i)]);
    const Json json = json_of(*submitted[static_cast<size_t>(i)]);
    EXPECT_EQ(json.at("state").text(), "done");
    EXPECT_EQ(json.at("result").at("number").integer(), i);
    EXPECT_EQ(json.at("id").text(), fmt::format("j{}", i + 1));
  }
}

TEST(Jobs, RecordWhatTheWorkReports) {
  Jobs jobs;
  const auto job = jobs.submit(work_of([](Progress& progress) {
    progress.begin("counting", 100, "bytes");
    progress.advance(40);
    progress.metric("pieces", 7);
    progress.warn("a line is empty");
    return std::string("{}");
  }));
  wait_until_finished(*job);
  const Json json = json_of(*job);
  EXPECT_EQ(json.at("what").text(), "counting");
  EXPECT_EQ(json.at("done").integer(), 40);
  EXPECT_EQ(json.at("total").integer(), 100);
  EXPECT_EQ(json.at("unit").text(), "bytes");
  EXPECT_EQ(json.at("metrics").at("pieces").array().at(0).array().at(1).real(), 7.0);
  EXPECT_EQ(json.at("warnings").array().at(0).text(), "a line is empty");
  EXPECT_EQ(json.at("command").text(), "yonder test");
}

TEST(Jobs, TellFailureFromCancellation) {
  Jobs jobs;
  const auto failed = jobs.submit(
      work_of([](Progress&) -> std::string { fail(ErrorKind::bad_data, "line 3 is odd"); }));
  const auto surprised =
      jobs.submit(work_of([](Progress&) -> std::string { throw std::runtime_error("surprise"); }));
  const auto exhausted =
      jobs.submit(work_of([](Progress&) -> std::string { throw std::bad_alloc(); }));
  wait_until_finished(*exhausted);
  EXPECT_EQ(json_of(*failed).at("state").text(), "failed");
  EXPECT_EQ(json_of(*failed).at("error").at("kind").text(), "bad_data");
  EXPECT_EQ(json_of(*failed).at("error").at("message").text(), "line 3 is odd");
  EXPECT_EQ(json_of(*surprised).at("error").at("kind").text(), "internal");
  EXPECT_EQ(json_of(*exhausted).at("error").at("kind").text(), "memory");
}

TEST(Jobs, CancelTheRunningAndTheQueued) {
  Jobs jobs;
  std::promise<void> began;
  const auto running = jobs.submit(endless(began));
  const auto queued = jobs.submit(work_of([](Progress&) -> std::string {
    ADD_FAILURE();
    return "{}";
  }));
  began.get_future().wait();
  jobs.cancel(*queued);
  EXPECT_EQ(queued->state(), JobState::cancelled);
  EXPECT_EQ(running->state(), JobState::running);
  jobs.cancel(*running);
  wait_until_finished(*running);
  EXPECT_EQ(running->state(), JobState::cancelled);
}

TEST(Jobs, StopCancelsEverythingAndWaits) {
  std::promise<void> began;
  std::shared_ptr<Job> running;
  std::shared_ptr<Job> queued;
  {
    Jobs jobs;
    running = jobs.submit(endless(began));
    queued = jobs.submit(work_of([](Progress&) { return std::string("{}"); }));
    began.get_future().wait();
  }
  EXPECT_EQ(running->state(), JobState::cancelled);
  EXPECT_EQ(queued->state(), JobState::cancelled);
}

TEST(Jobs, KeepOnlyTheLatestFinishedOnes) {
  Jobs jobs(3);
  std::shared_ptr<Job> last;
  for (int i = 0; i < 6; ++i) {
    last = jobs.submit(work_of([](Progress&) { return std::string("{}"); }));
    wait_until_finished(*last);
  }
  // The oldest goes after the latest was finished.
  while (jobs.all().size() > 3) {
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  EXPECT_EQ(jobs.find("j1"), nullptr);
  EXPECT_EQ(jobs.find("j6"), last);
}

TEST(Jobs, RefuseMoreThanMayWait) {
  Jobs jobs(3, 2);
  std::promise<void> began;
  jobs.submit(endless(began));
  began.get_future().wait();
  jobs.submit(work_of([](Progress&) { return std::string("{}"); }));
  jobs.submit(work_of([](Progress&) { return std::string("{}"); }));
  EXPECT_THAT(
      error_text(ErrorKind::bad_option,
                 [&] { jobs.submit(work_of([](Progress&) { return std::string("{}"); })); }),
      HasSubstr("2 jobs wait already"));
}

TEST(Job, StaysBoundedHoweverMuchIsReported) {
  Job job("j1", work_of(nullptr));
  for (int i = 0; i < 100'000; ++i) {
    job.metric("loss", i);
    if (i % 100 == 0) {
      job.warn("again");
    }
  }
  const Json json = parse_json(job.json(), "job");
  EXPECT_LE(json.at("metrics").at("loss").array().size(), 1000U);
  EXPECT_GE(json.at("metrics").at("loss").array().size(), 400U);
  EXPECT_EQ(json.at("warnings").array().size(), 100U);
  EXPECT_EQ(json.at("warnings_left_out").integer(), 900);
}

TEST(Job, WritesMetricsThatAreNotFiniteAsNull) {
  Job job("j1", work_of(nullptr));
  job.metric("loss", std::numeric_limits<double>::quiet_NaN());
  EXPECT_THAT(job.json(), HasSubstr(",null]]"));
}

TEST(Job, KeepsRowsOfItsResultAsTheyAreFound) {
  Job job("j1", work_of(nullptr));
  JobCursor cursor;
  job.news(cursor);
  job.row(R"({"length":512})");
  const std::vector<JobEvent> news = job.news(cursor);
  ASSERT_EQ(news.size(), 1U);
  EXPECT_EQ(news[0].name, "row");
  EXPECT_EQ(news[0].json, R"({"length":512})");
  for (int i = 0; i < 2000; ++i) {
    job.row("1");
  }
  EXPECT_EQ(parse_json(job.json(), "job").at("rows").array().size(), 1000U);
}

TEST(Job, TellsAListenerOnlyWhatIsNew) {
  Job job("j1", work_of(nullptr));
  JobCursor cursor;
  std::vector<JobEvent> first = job.news(cursor);
  ASSERT_EQ(first.size(), 1U);
  EXPECT_EQ(first[0].name, "state");
  EXPECT_TRUE(job.news(cursor).empty());
  job.begin("counting", 10, "bytes");
  job.metric("loss", 2.5);
  job.warn("odd");
  const std::vector<JobEvent> next = job.news(cursor);
  ASSERT_EQ(next.size(), 3U);
  EXPECT_EQ(next[0].name, "metric");
  EXPECT_THAT(next[0].json, HasSubstr("\"name\":\"loss\""));
  EXPECT_EQ(next[1].name, "warn");
  EXPECT_EQ(next[2].name, "progress");
  EXPECT_EQ(next[2].json, R"({"what":"counting","done":0,"total":10,"unit":"bytes"})");
}

TEST(Job, GivesTheWholeToAListenerThatFellBehind) {
  Job job("j1", work_of(nullptr));
  JobCursor cursor;
  job.news(cursor);
  for (int i = 0; i < 1000; ++i) {
    job.metric("loss", i);
  }
  const std::vector<JobEvent> next = job.news(cursor);
  ASSERT_EQ(next.size(), 1U);
  EXPECT_EQ(next[0].name, "state");
}

TEST(Job, WakesItsListenersFromAnyThreadUntilTheyLeave) {
  Job job("j1", work_of(nullptr));
  std::atomic<int> woken{0};
  const uint64_t subscription = job.subscribe([&] { ++woken; });
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 1000; ++i) {
        job.advance(1);
        job.metric("loss", i);
        JobCursor cursor;
        job.news(cursor);
      }
    });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
  EXPECT_GE(woken, 4000);
  EXPECT_EQ(parse_json(job.json(), "job").at("done").integer(), 4000);
  job.unsubscribe(subscription);
  const int before = woken;
  job.metric("loss", 0);
  EXPECT_EQ(woken, before);
}

}  // namespace
}  // namespace yonder::web
