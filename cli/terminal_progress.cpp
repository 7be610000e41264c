// SPDX-License-Identifier: Apache-2.0
#include "cli/terminal_progress.h"

#include "cli/quantity.h"
#include "yonder/base/error.h"
#include "yonder/base/json.h"

#include <fmt/core.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdio>

namespace yonder::cli {
namespace {

constexpr int64_t kBarPeriodMs = 100;
constexpr int64_t kLinePeriodMs = 5000;

std::atomic<bool> interrupted{false};
static_assert(std::atomic<bool>::is_always_lock_free, "the handler may only touch lock-free data");

void on_interrupt(int /*signal*/) {
  if (interrupted.exchange(true)) {
    _exit(130);
  }
  constexpr std::string_view kNotice = "\nyonder: stopping; once more ends at once\n";
  [[maybe_unused]] const ssize_t written = write(STDERR_FILENO, kNotice.data(), kNotice.size());
}

void catch_interrupts() {
  struct sigaction action {};
  action.sa_handler = on_interrupt;
  sigemptyset(&action.sa_mask);
  action.sa_flags = SA_RESTART;
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
}

size_t terminal_width() {
  winsize size{};
  if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) {
    return size.ws_col;
  }
  return 80;
}

void put(const std::string& text) {
  std::fwrite(text.data(), 1, text.size(), stderr);
  std::fflush(stderr);
}

}  // namespace

const std::vector<std::string>& progress_modes() {
  static const std::vector<std::string> modes = {"auto", "bar", "json", "off"};
  return modes;
}

TerminalProgress::TerminalProgress(const std::string& mode) {
  if (mode == "bar") {
    mode_ = Mode::bar;
  } else if (mode == "json") {
    mode_ = Mode::json;
  } else if (mode == "auto") {
    mode_ = ::isatty(STDERR_FILENO) == 1 ? Mode::bar : Mode::lines;
  } else {
    YONDER_CHECK(mode == "off");
  }
}

TerminalProgress::~TerminalProgress() {
  const std::lock_guard lock(mutex_);
  end_step();
}

void TerminalProgress::begin(std::string_view what, uint64_t total, std::string_view unit) {
  const std::lock_guard lock(mutex_);
  static std::once_flag once;
  std::call_once(once, catch_interrupts);
  end_step();
  what_ = what;
  unit_ = unit;
  total_ = total;
  done_ = 0;
  metrics_.clear();
  began_ = Clock::now();
  next_paint_ms_ = mode_ == Mode::bar ? kBarPeriodMs : kLinePeriodMs;
  open_ = true;
  if (mode_ == Mode::json) {
    JsonWriter w;
    w.begin_object().key("event").value("begin").key("what").value(what).key("total");
    w.value(total).key("unit").value(unit).end_object();
    put(w.str() + "\n");
  }
}

void TerminalProgress::advance(uint64_t n) {
  done_ += n;
  if (mode_ == Mode::off) {
    return;
  }
  const int64_t now =
      std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - began_).count();
  if (now < next_paint_ms_.load(std::memory_order_relaxed)) {
    return;
  }
  const std::lock_guard lock(mutex_);
  if (open_ && now >= next_paint_ms_) {
    next_paint_ms_ = now + (mode_ == Mode::lines ? kLinePeriodMs : kBarPeriodMs);
    paint(false);
  }
}

void TerminalProgress::metric(std::string_view name, double value) {
  const std::lock_guard lock(mutex_);
  metrics_[std::string(name)] = value;
}

void TerminalProgress::warn(std::string_view text) {
  const std::lock_guard lock(mutex_);
  wipe();
  if (mode_ == Mode::json) {
    put(fmt::format("{{\"event\":\"warning\",\"text\":{}}}\n", json_escape_lossy(text)));
  } else {
    put(fmt::format("yonder: warning: {}\n", text));
  }
}

bool TerminalProgress::cancelled() { return interrupted.load(std::memory_order_relaxed); }

std::string TerminalProgress::line(bool step_ended) const {
  const double seconds = std::chrono::duration<double>(Clock::now() - began_).count();
  const auto done = static_cast<double>(done_.load());
  std::string text = what_;
  if (total_ > 0 && !step_ended) {
    text +=
        fmt::format("  {:.1f} % of {}", 100.0 * std::min(1.0, done / static_cast<double>(total_)),
                    human_quantity(static_cast<double>(total_), unit_));
  } else if (done > 0) {
    text += "  " + human_quantity(done, unit_);
  }
  if (done > 0 && seconds > 0.2) {
    text += "  " + human_quantity(done / seconds, unit_) + "/s";
  }
  for (const auto& [name, value] : metrics_) {
    text += fmt::format("  {} {}", name, human_quantity(value, ""));
  }
  if (step_ended) {
    text += "  in " + human_duration(seconds);
  } else if (total_ > 0 && done > 0 && seconds > 1) {
    const double left = seconds * (static_cast<double>(total_) - done) / done;
    text += fmt::format("  {} left", human_duration(std::max(0.0, left)));
  }
  return text;
}

void TerminalProgress::paint(bool step_ended) {
  switch (mode_) {
    case Mode::off:
      return;
    case Mode::bar: {
      std::string text = line(step_ended);
      text.resize(std::min(text.size(), terminal_width() - 1));
      put("\r\x1b[K" + text);
      painted_ = true;
      return;
    }
    case Mode::lines:
      put(line(step_ended) + "\n");
      return;
    case Mode::json: {
      JsonWriter w;
      w.begin_object().key("event").value(step_ended ? "end" : "advance").key("what").value(what_);
      w.key("done").value(done_.load()).key("total").value(total_).key("unit").value(unit_);
      w.key("seconds");
      w.value(std::chrono::duration<double>(Clock::now() - began_).count());
      w.key("metrics").begin_object();
      for (const auto& [name, value] : metrics_) {
        w.key(name).value(value);
      }
      w.end_object().end_object();
      put(w.str() + "\n");
      return;
    }
  }
}

void TerminalProgress::end_step() {
  if (!open_) {
    return;
  }
  open_ = false;
  // A step shorter than the first line would have been is not worth a line on a pipe.
  const bool was_long = Clock::now() - began_ >= std::chrono::milliseconds(kLinePeriodMs);
  if (mode_ == Mode::json || (mode_ == Mode::lines && was_long)) {
    paint(true);
  } else if (mode_ == Mode::bar) {
    wipe();
    if (was_long) {
      put(line(true) + "\n");
    }
  }
}

void TerminalProgress::wipe() {
  if (painted_) {
    put("\r\x1b[K");
    painted_ = false;
  }
}

}  // namespace yonder::cli
