// SPDX-License-Identifier: Apache-2.0
#include "python/src/background.h"

#include "yonder/base/error.h"

#include <pybind11/stl.h>

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <exception>
#include <map>
#include <mutex>
#include <optional>
#include <stdexcept>
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
  void put(std::string_view text) {
    const std::lock_guard lock(mutex_);
    texts_.emplace_back(text);
    changed_.notify_one();
  }
  void end() {
    const std::lock_guard lock(mutex_);
    at_end_ = true;
    changed_.notify_one();
  }
  /// Waits for a text or the end, but not for long; true at the end.
  bool wait() {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, kBetweenLooks, [this] { return at_end_ || !texts_.empty(); });
    return at_end_;
  }
  std::optional<std::string> fetch_text() {
    const std::lock_guard lock(mutex_);
    if (texts_.empty()) {
      return std::nullopt;
    }
    std::string text = std::move(texts_.front());
    texts_.pop_front();
    return text;
  }
  void drop_texts() {
    const std::lock_guard lock(mutex_);
    texts_.clear();
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
  std::deque<std::string> texts_;
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

struct BackgroundTexts::Impl {
  /// True when the work has ended. Serves the caller of next() meanwhile.
  bool wait_and_serve() {
    bool at_end = false;
    {
      const py::gil_scoped_release release;
      at_end = mailbox.wait();
      if (at_end) {
        worker.join();
      }
    }
    const auto now = std::chrono::steady_clock::now();
    if (interrupted || (!at_end && now - last_look < kBetweenLooks)) {
      return at_end;
    }
    last_look = now;
    try {
      pass_on_all(mailbox, report);
    } catch (...) {  // whatever it is, the worker must end first
      interrupted = std::current_exception();
      mailbox.cancel();
    }
    return at_end;
  }

  // What stopped the work, if something did. After a Ctrl-C that is the library's sentence.
  void rethrow() {
    const std::exception_ptr first = std::exchange(interrupted, nullptr);
    const std::exception_ptr thrown = std::exchange(failure, nullptr);
    if (first && !(is_keyboard_interrupt(first) && is_cancelled(thrown))) {
      std::rethrow_exception(first);
    }
    if (thrown) {
      std::rethrow_exception(thrown);
    }
  }

  py::object report;
  Mailbox mailbox;
  std::chrono::steady_clock::time_point last_look;
  std::exception_ptr failure;      // of the work
  std::exception_ptr interrupted;  // of the callback or a signal handler
  std::thread worker;
  bool in_next = false;  // guarded by the GIL
};

BackgroundTexts::BackgroundTexts(py::object report,
                                 std::function<void(Progress&, const Emit&)> work)
    : impl_(std::make_unique<Impl>()) {
  impl_->report = std::move(report);
  impl_->worker = std::thread([impl = impl_.get(), work = std::move(work)] {
    try {
      work(impl->mailbox, [impl](std::string_view text) { impl->mailbox.put(text); });
    } catch (...) {
      impl->failure = std::current_exception();
    }
    impl->mailbox.end();
  });
}

BackgroundTexts::~BackgroundTexts() { close(); }

std::optional<std::string> BackgroundTexts::next() {
  if (std::exchange(impl_->in_next, true)) {
    throw std::runtime_error("another thread is waiting for the next text already");
  }
  const std::unique_ptr<bool, void (*)(bool*)> leave(&impl_->in_next,
                                                     [](bool* in) { *in = false; });
  for (bool at_end = !impl_->worker.joinable(); !at_end;) {
    at_end = impl_->wait_and_serve();
    if (impl_->interrupted) {
      impl_->mailbox.drop_texts();
    } else if (std::optional<std::string> text = impl_->mailbox.fetch_text()) {
      return text;
    }
  }
  if (std::optional<std::string> text = impl_->mailbox.fetch_text()) {
    return text;
  }
  impl_->rethrow();
  return std::nullopt;
}

void BackgroundTexts::close() {
  impl_->mailbox.cancel();
  if (impl_->in_next) {
    return;
  }
  if (impl_->worker.joinable()) {
    const py::gil_scoped_release release;
    impl_->worker.join();
  }
  impl_->mailbox.drop_texts();
  impl_->failure = nullptr;
}

bool BackgroundTexts::ended() const { return !impl_->worker.joinable(); }

void run_in_background(const py::object& report, const std::function<void(Progress&)>& work) {
  BackgroundTexts none(report,
                       [&](Progress& progress, const BackgroundTexts::Emit&) { work(progress); });
  none.next();
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
