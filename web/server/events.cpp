// SPDX-License-Identifier: Apache-2.0
#include "web/server/events.h"

#include <fmt/format.h>

namespace yonder::web {

JobEvents::~JobEvents() {
  if (subscription_) {
    job_->unsubscribe(*subscription_);
  }
}

bool JobEvents::next(std::string& out) {
  // Asked before the news are taken: what happens in between is then still told.
  const bool finished = job_->finished();
  for (const JobEvent& event : job_->news(cursor_)) {
    // JSON on one line has no line end that could end the data early.
    out += fmt::format("event: {}\ndata: {}\n\n", event.name, event.json);
  }
  return !finished;
}

void JobEvents::set_wake(std::function<void()> wake) {
  subscription_ = job_->subscribe(std::move(wake));
}

HttpResponse job_events_response(std::shared_ptr<Job> job) {
  HttpResponse response;
  response.content_type = "text/event-stream";
  response.body = std::make_shared<JobEvents>(std::move(job));
  return response;
}

}  // namespace yonder::web
