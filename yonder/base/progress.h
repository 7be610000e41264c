// SPDX-License-Identifier: Apache-2.0
// Where long work reports how far it is, and learns that nobody wants it any more.
//
// Libraries take a `Progress*` (null = silent) and never print. Programs implement it: a repainted
// line on a terminal, a line per five seconds on a pipe, one JSON object per line, an event stream.
// All members may be called from any thread. Test: progress_test.cpp.
#pragma once

#include <cstdint>
#include <string_view>

namespace yonder {

class Progress {
 public:
  virtual ~Progress() = default;
  /// Starts a step. total: how many units it has, 0 = unknown. unit: "bytes", "pieces", ...
  virtual void begin(std::string_view what, uint64_t total, std::string_view unit) = 0;
  /// n more units of the current step are done.
  virtual void advance(uint64_t n) = 0;
  /// A figure worth showing beside the bar, e.g. ("distinct n-grams", 1.2e6).
  virtual void metric(std::string_view name, double value) = 0;
  /// A sentence the user must see even if the bar is repainted.
  virtual void warn(std::string_view text) = 0;
  /// True once the user asked to stop; the work then writes what can be resumed and throws
  /// Error(cancelled).
  virtual bool cancelled() = 0;
};

/// Calls through a Progress that may be null.
class ProgressRef {
 public:
  explicit ProgressRef(Progress* sink) : sink_(sink) {}
  void begin(std::string_view what, uint64_t total, std::string_view unit) const {
    if (sink_ != nullptr) {
      sink_->begin(what, total, unit);
    }
  }
  void advance(uint64_t n) const {
    if (sink_ != nullptr) {
      sink_->advance(n);
    }
  }
  void metric(std::string_view name, double value) const {
    if (sink_ != nullptr) {
      sink_->metric(name, value);
    }
  }
  void warn(std::string_view text) const {
    if (sink_ != nullptr) {
      sink_->warn(text);
    }
  }
  bool cancelled() const { return sink_ != nullptr && sink_->cancelled(); }
  /// Throws Error(cancelled) saying how to go on if the user asked to stop.
  void stop_if_cancelled(std::string_view how_to_go_on) const;

 private:
  Progress* sink_;
};

}  // namespace yonder
