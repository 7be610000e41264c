// SPDX-License-Identifier: Apache-2.0
// Keeps an answer short: work that a slider asks for is stopped after a few seconds, with a
// sentence that says where it may take longer. Nobody waits for it any more by then, and the
// handlers are few. Test: time_limit_test.cpp.
#pragma once

#include "yonder/base/error.h"
#include "yonder/base/progress.h"

#include <chrono>

namespace yonder::web {

class TimeLimit : public Progress {
 public:
  explicit TimeLimit(std::chrono::milliseconds limit) : end_(Clock::now() + limit) {}
  void begin(std::string_view /*what*/, uint64_t /*total*/, std::string_view /*unit*/) override {}
  void advance(uint64_t /*n*/) override {}
  void metric(std::string_view /*name*/, double /*value*/) override {}
  void warn(std::string_view /*text*/) override {}
  bool cancelled() override { return Clock::now() > end_; }

 private:
  using Clock = std::chrono::steady_clock;
  Clock::time_point end_;
};

/// work(progress), or Error(numerical) saying `instead` when it was stopped.
template <typename Work>
auto within(std::chrono::milliseconds limit, const char* instead, const Work& work) {
  TimeLimit progress(limit);
  try {
    return work(&progress);
  } catch (const Error& error) {
    if (error.kind == ErrorKind::cancelled && progress.cancelled()) {
      throw Error(
          ErrorKind::numerical,
          fmt::format("this takes longer than {} s; {}",
                      std::chrono::duration_cast<std::chrono::seconds>(limit).count(), instead));
    }
    throw;
  }
}

}  // namespace yonder::web
