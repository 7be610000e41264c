// SPDX-License-Identifier: Apache-2.0
// Bars of equal width. Half a value is added to each bar (Krichevsky & Trofimov 1981), so that a
// value that falls where none has been is unlikely, not impossible; on the line, and on an interval
// taken as one, half a value more lies beyond each end, with exponential tails as long as a bar is
// wide or a hundredth of the range, whichever is more. The number of bars of "auto" is the one with
// the highest evidence under the same prior (Knuth 2006). Test: histogram_test.cpp.
#pragma once

#include "yonder/density/baselines/weighted_sample.h"
#include "yonder/density/estimator.h"

#include <cstdint>
#include <string>
#include <vector>

namespace yonder::density {

class Histogram final : public Estimator {
 public:
  /// bins: 0 chooses.
  static Histogram fit(const WeightedSample& sample, const Domain& domain, int64_t bins);

  int64_t bins() const { return static_cast<int64_t>(masses_.size()); }
  void logpdf(std::span<const double> y, std::span<double> out) const override;
  void cdf(std::span<const double> y, std::span<double> out) const override;
  void sample(uint64_t seed, uint64_t first, std::span<double> out) const override;
  /// Bars - 1 and, on the line, the two ends.
  int64_t parameter_count() const override;
  std::string text() const override;

 private:
  Domain domain_;
  double low_ = 0;
  double width_ = 1;            // of a bar
  double tail_length_ = 0;      // of both exponential tails; 0: none
  double tail_mass_ = 0;        // of each
  std::vector<double> masses_;  // of the bars
  std::vector<double> below_;   // mass below each bar, and below the end of the last
};

}  // namespace yonder::density
