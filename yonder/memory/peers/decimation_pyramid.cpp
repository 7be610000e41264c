// SPDX-License-Identifier: Apache-2.0
// The decimation pyramid: the means of K equal bins over the whole history. Once all K are full,
// neighbours are joined and bins become twice as long (as round-robin databases consolidate), so
// that between K/2 and K bins are in use at any time.
//
// The past is rebuilt as a line in each bin, with the bin's mean and the slope of its neighbours
// under the monotonised-central limiter: second order where the stream is smooth, no overshoot at
// steps. Source of the limiter: van Leer 1977, "Towards the ultimate conservative difference
// scheme III".
#include "yonder/memory/peers/table.h"

#include <algorithm>
#include <cmath>

namespace yonder::memory {
namespace {

class DecimationPyramid : public Peer {
 public:
  explicit DecimationPyramid(const PeerBudget& budget)
      : most_bins_((static_cast<size_t>(budget.bytes) - sizeof(sum_)) / sizeof(float) / 2 * 2) {
    means_.reserve(most_bins_);
  }

  void push(std::span<const float> samples) override {
    for (const float sample : samples) {
      sum_ += double{sample};
      if (++in_bin_ == bin_) {
        close_bin();
      }
    }
  }

  int64_t bytes() const override {
    return static_cast<int64_t>(most_bins_ * sizeof(float) + sizeof(sum_));
  }

  std::vector<double> reconstruct() const override {
    std::vector<double> levels(means_.begin(), means_.end());
    if (in_bin_ > 0) {
      levels.push_back(sum_ / static_cast<double>(in_bin_));
    }
    std::vector<double> out;
    out.reserve(means_.size() * bin_ + in_bin_);
    for (size_t i = 0; i < levels.size(); ++i) {
      const size_t length = i < means_.size() ? bin_ : in_bin_;
      const double slope = slope_at(levels, i) * static_cast<double>(length);
      for (size_t j = 0; j < length; ++j) {
        const double along =
            (static_cast<double>(j) + 0.5) / static_cast<double>(length) - 0.5;  // -1/2 to 1/2
        out.push_back(levels[i] + along * slope / static_cast<double>(bin_));
      }
    }
    return out;
  }

 private:
  void close_bin() {
    means_.push_back(static_cast<float>(sum_ / static_cast<double>(bin_)));
    sum_ = 0;
    in_bin_ = 0;
    if (means_.size() == most_bins_) {
      for (size_t i = 0; i < most_bins_ / 2; ++i) {
        means_[i] = (means_[2 * i] + means_[2 * i + 1]) / 2;
      }
      means_.resize(most_bins_ / 2);
      bin_ *= 2;
    }
  }

  /// Rise per whole bin; 0 at the ends.
  static double slope_at(const std::vector<double>& levels, size_t i) {
    if (i == 0 || i + 1 >= levels.size()) {
      return 0;
    }
    const double before = levels[i] - levels[i - 1];
    const double after = levels[i + 1] - levels[i];
    if (before * after <= 0) {
      return 0;
    }
    const double size =
        std::min({2 * std::abs(before), std::abs(before + after) / 2, 2 * std::abs(after)});
    return std::copysign(size, before);
  }

  double sum_ = 0;  // of the open bin
  size_t in_bin_ = 0;
  size_t bin_ = 1;  // samples per bin; follows from the number of samples, as in_bin_ does
  size_t most_bins_;
  std::vector<float> means_;
};

}  // namespace

std::unique_ptr<Peer> make_decimation_pyramid(const PeerBudget& budget) {
  return std::make_unique<DecimationPyramid>(budget);
}

}  // namespace yonder::memory
