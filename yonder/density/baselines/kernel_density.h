// SPDX-License-Identifier: Apache-2.0
// Kernel density estimate: a normal density of one bandwidth around each value. No parameters but
// the bandwidth, and all of the data to carry along.
//
// Binned (the default): each value is shared between the two nearest nodes of a grid, sixteen or
// more to the bandwidth, whose density an FFT gives at all nodes at once; between the nodes it is a
// cubic with the right slopes. Where that density is below 1e-6 of its highest, and in exact mode
// everywhere, the normal densities of the nodes or values near enough to matter are summed, so that
// tails and gaps keep their digits. A range of more than 2^18 bandwidths is left exact.
//
// Bandwidths, n the effective size: "scott" 1.06 sigma n^(-1/5); "silverman" 0.9 min(sigma, IQR /
// 1.34) n^(-1/5); "cv" maximises the likelihood of each value given all others. The first two are
// right for one normal bump and far too wide for several; "cv" is the fair one, and the default.
// Source: Silverman 1986, sections 3.4 and 3.5. Test: kernel_density_test.cpp.
#pragma once

#include "yonder/density/baselines/weighted_sample.h"
#include "yonder/density/estimator.h"

#include <cstdint>
#include <string>
#include <vector>

namespace yonder::density {

struct KernelDensityOptions {
  std::string bandwidth = "cv";  ///< scott, silverman, cv or a number > 0
  bool exact = false;            ///< sums over the values themselves
};

class KernelDensity final : public Estimator {
 public:
  static KernelDensity fit(const WeightedSample& sample, const Domain& domain,
                           const KernelDensityOptions& options);

  double bandwidth() const { return bandwidth_; }
  void logpdf(std::span<const double> y, std::span<double> out) const override;
  void cdf(std::span<const double> y, std::span<double> out) const override;
  void sample(uint64_t seed, uint64_t first, std::span<double> out) const override;
  /// The bandwidth and as many numbers as are kept: values, or nodes with weight.
  int64_t parameter_count() const override;
  std::string text() const override;

 private:
  // The density of the grid's nodes at each of them, and its slope times the spacing.
  struct Table {
    double low = 0;
    double spacing = 1;
    double least = 0;  // densities below are not taken from here
    std::vector<double> density;
    std::vector<double> slope;
  };
  double log_density_at(double y) const;
  double unfolded_cdf(double y) const;
  Domain domain_;
  double bandwidth_ = 1;
  size_t kept_ = 0;              // centres without their images
  std::vector<double> centres_;  // ascending, images included
  std::vector<double> weights_;
  std::vector<double> up_to_;  // sums of weights
  double below_ = 0;           // unfolded cdf at the origin of a folded domain
  Table table_;                // empty in exact mode
};

}  // namespace yonder::density
