// SPDX-License-Identifier: Apache-2.0
#include "python/src/background.h"

#include "yonder/base/error.h"

#include <pybind11/stl.h>

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <exception>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace yonder::python {
namespace {

namespace py = pybind11;

constexpr std::chrono::milliseconds kBetweenLooks{50};

// Frames of our own Python code between the user's call and the library.
constexpr Py_ssize_t kStackLevel = 2;

struct Step {
  std::string what;
  std::string unit;
  uint64_t total = 0;
  uint64_t done = 0;
  std::map<std::string, double> metrics;
};

// Collects what the library's threads report until the calling thread fetches it.
class Mailbox final : public Progress {
 public:
  void begin(std::string_view what, uint64_t total, std::string_view unit) override {
    const std::lock_guard lock(mutex_);
    if (news_) {
      ended_.push_back(step_);
    }
    step_ = {std::string(what), std::string(unit), total, 0, {}};
    news_ = true;
  }
  void advance(uint64_t n) override {
    const std::lock_guard lock(mutex_);
    step_.done += n;
    news_ = true;
  }
  void metric(std::string_view name, double value) override {
    const std::lock_guard lock(mutex_);
    step_.metrics[std::string(name)] = value;
    news_ = true;
  }
  void warn(std::string_view text) override {
    const std::lock_guard lock(mutex_);
    warnings_.emplace_back(text);
  }
  bool cancelled() override {
    const std::lock_guard lock(mutex_);
    return cancelled_;
  }

  void cancel() {
    const std::lock_guard lock(mutex_);
    cancelled_ = true;
  }
  void end() {
    const std::lock_guard lock(mutex_);
    at_end_ = true;
    changed_.notify_one();
  }
  /// Waits for the end, but not for long; true at the end.
  bool wait() {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, kBetweenLooks, [this] { return at_end_; });
  }
  /// Steps with news since the last call, each in its latest state.
  std::vector<Step> fetch_steps() {
    const std::lock_guard lock(mutex_);
    std::vector<Step> steps = std::exchange(ended_, {});
    if (std::exchange(news_, false)) {
      steps.push_back(step_);
    }
    return steps;
  }
  std::vector<std::string> fetch_warnings() {
    const std::lock_guard lock(mutex_);
    return std::exchange(warnings_, {});
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  Step step_;
  std::vector<Step> ended_;
  std::vector<std::string> warnings_;
  bool news_ = false;
  bool at_end_ = false;
  bool cancelled_ = false;
};

// Each throws what Python code raised.
void pass_on_warnings(Mailbox& mailbox) {
  for (const std::string& text : mailbox.fetch_warnings()) {
    if (PyErr_WarnEx(PyExc_UserWarning, text.c_str(), kStackLevel) != 0) {
      throw py::error_already_set();
    }
  }
}

void pass_on_all(Mailbox& mailbox, const py::object& report) {
  if (PyErr_CheckSignals() != 0) {
    throw py::error_already_set();
  }
  pass_on_warnings(mailbox);
  for (const Step& step : mailbox.fetch_steps()) {
    if (!report.is_none()) {
      report(step.what, step.done, step.total, step.unit, step.metrics);
    }
  }
}

bool is_keyboard_interrupt(const std::exception_ptr& thrown) {
  try {
    std::rethrow_exception(thrown);
  } catch (const py::error_already_set& error) {
    return error.matches(PyExc_KeyboardInterrupt);
  } catch (...) {
    return false;
  }
}

bool is_cancelled(const std::exception_ptr& thrown) {
  if (!thrown) {
    return false;
  }
  try {
    std::rethrow_exception(thrown);
  } catch (const Error& error) {
    return error.kind == ErrorKind::cancelled;
  } catch (...) {
    return false;
  }
}

}  // namespace

void run_in_background(const py::object& report, const std::function<void(Progress&)>& work) {
  Mailbox mailbox;
  std::exception_ptr failure;      // of the work
  std::exception_ptr interrupted;  // of the callback or a signal handler
  std::thread worker([&] {
    try {
      work(mailbox);
    } catch (...) {
      failure = std::current_exception();
    }
    mailbox.end();
  });
  for (bool at_end = false; !at_end;) {
    {
      const py::gil_scoped_release release;
      at_end = mailbox.wait();
      if (at_end) {
        worker.join();
      }
    }
    if (interrupted) {
      continue;
    }
    try {
      pass_on_all(mailbox, report);
    } catch (...) {  // whatever it is, the worker must end first
      interrupted = std::current_exception();
      mailbox.cancel();
    }
  }
  if (interrupted && !(is_keyboard_interrupt(interrupted) && is_cancelled(failure))) {
    std::rethrow_exception(interrupted);
  }
  if (failure) {
    std::rethrow_exception(failure);
  }
}

void run_here(const std::function<void(Progress&)>& work) {
  Mailbox mailbox;
  {
    const py::gil_scoped_release release;
    work(mailbox);
  }
  pass_on_warnings(mailbox);
}

}  // namespace yonder::python
