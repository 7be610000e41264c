// SPDX-License-Identifier: Apache-2.0
// The signal that a memory was fed, as a function of time: what reconstructions are measured
// against. Samples are held to the next one's time, or joined by lines. Test: held_signal_test.cpp.
#pragma once

#include <span>

namespace yonder::web {

class HeldSignal {
 public:
  /// times: as many as samples, or empty: sample k at start + k step. The spans outlive this.
  HeldSignal(std::span<const double> samples, std::span<const double> times, double start,
             double step, bool linear);

  /// The time of sample k; k may be one past the last where samples are regular.
  double time(size_t k) const;
  /// The value at a time; before the first sample its value, after the last one's that.
  double at(double t) const;
  /// The mean over [t1, t2], t1 < t2, exactly.
  double mean(double t1, double t2) const;

 private:
  /// The cell that holds t.
  size_t cell(double t) const;

  std::span<const double> samples_;
  std::span<const double> times_;
  double start_;
  double step_;
  bool linear_;
};

}  // namespace yonder::web
