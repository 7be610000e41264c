// SPDX-License-Identifier: Apache-2.0
// Server-sent events over a job (text/event-stream of the HTML standard, section 9.2): first the
// whole job, then what changes, until it is finished.
//
//   event: progress
//   data: {"what":"counting","done":1048576,"total":5242880,"unit":"bytes"}
//
// Test: events_test.cpp.
#pragma once

#include "web/server/http_message.h"
#include "web/server/jobs.h"

#include <memory>
#include <optional>

namespace yonder::web {

class JobEvents : public ChunkSource {
 public:
  explicit JobEvents(std::shared_ptr<Job> job) : job_(std::move(job)) {}
  ~JobEvents() override;

  bool next(std::string& out) override;
  void set_wake(std::function<void()> wake) override;
  std::string_view keep_alive() const override { return ": ping\n\n"; }

 private:
  std::shared_ptr<Job> job_;
  JobCursor cursor_;
  std::optional<uint64_t> subscription_;
};

/// The response that streams the events of a job.
HttpResponse job_events_response(std::shared_ptr<Job> job);

}  // namespace yonder::web
