// SPDX-License-Identifier: Apache-2.0
#include "web/server/held_signal.h"

#include <algorithm>

namespace yonder::web {

HeldSignal::HeldSignal(std::span<const double> samples, std::span<const double> times, double start,
                       double step, bool linear)
    : samples_(samples), times_(times), start_(start), step_(step), linear_(linear) {}

double HeldSignal::time(size_t k) const {
  return times_.empty() ? start_ + static_cast<double>(k) * step_ : times_[k];
}

size_t HeldSignal::cell(double t) const {
  const size_t last = samples_.size() - 1;
  if (t <= time(0)) {
    return 0;
  }
  if (times_.empty()) {
    auto k = static_cast<size_t>(std::min((t - start_) / step_, static_cast<double>(last)));
    // The quotient is rounded; the cell's own edges decide.
    if (k < last && time(k + 1) <= t) {
      ++k;
    } else if (k > 0 && time(k) > t) {
      --k;
    }
    return k;
  }
  const auto after = std::upper_bound(times_.begin(), times_.end(), t);
  return std::min(static_cast<size_t>(after - times_.begin()) - 1, last);
}

double HeldSignal::at(double t) const {
  const size_t k = cell(t);
  if (!linear_ || k + 1 >= samples_.size()) {
    return samples_[k];
  }
  const double share = std::clamp((t - time(k)) / (time(k + 1) - time(k)), 0.0, 1.0);
  return samples_[k] + share * (samples_[k + 1] - samples_[k]);
}

double HeldSignal::mean(double t1, double t2) const {
  double sum = 0;
  double from = t1;
  for (size_t k = cell(t1); from < t2; ++k) {
    const double to = k + 1 < samples_.size() ? std::min(t2, time(k + 1)) : t2;
    if (to > from) {
      // A piece is constant or straight, so its value in the middle is its mean.
      sum += (to - from) * (linear_ ? at(0.5 * (from + to)) : samples_[k]);
      from = to;
    }
  }
  return sum / (t2 - t1);
}

}  // namespace yonder::web
