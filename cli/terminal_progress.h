// SPDX-License-Identifier: Apache-2.0
// Progress on standard error: how far, how fast, how long still.
//
//   bar    one repainted line          encoding  42.1 % of 1.3 GB  55.2 MB/s  13 s left
//   lines  the same text as a line of its own every five seconds (what `auto` does on a pipe)
//   json   one object per line: {"event":"advance","what":"encoding","done":...,"total":...}
//   off    nothing but warnings
//
// Warnings are printed as lines of their own in every mode and never repainted. The first Ctrl-C
// after begin() asks the work to stop (cancelled() is then true) so that it can write what --resume
// needs; a second one ends the program at once.
#pragma once

#include "yonder/base/progress.h"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <vector>

namespace yonder::cli {

/// The names that --progress takes.
const std::vector<std::string>& progress_modes();

class TerminalProgress : public Progress {
 public:
  /// mode: one of progress_modes().
  explicit TerminalProgress(const std::string& mode);
  /// Wipes the bar.
  ~TerminalProgress() override;

  void begin(std::string_view what, uint64_t total, std::string_view unit) override;
  void advance(uint64_t n) override;
  void metric(std::string_view name, double value) override;
  void warn(std::string_view text) override;
  bool cancelled() override;

 private:
  enum class Mode { bar, lines, json, off };
  using Clock = std::chrono::steady_clock;

  void paint(bool step_ended);
  void end_step();
  void wipe();
  std::string line(bool step_ended) const;

  std::mutex mutex_;
  Mode mode_ = Mode::off;
  std::string what_;
  std::string unit_;
  uint64_t total_ = 0;
  std::atomic<uint64_t> done_{0};
  std::map<std::string, double> metrics_;
  Clock::time_point began_{};
  std::atomic<int64_t> next_paint_ms_{0};
  bool open_ = false;     // a step is under way
  bool painted_ = false;  // a bar stands on the terminal's last line
};

}  // namespace yonder::cli
