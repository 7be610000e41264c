// SPDX-License-Identifier: Apache-2.0
// Mixture of K normal distributions, fitted by expectation-maximisation: the usual parametric
// density with several modes. Good where the truth is such a mixture; the likelihood has local
// optima, and a fit depends on where it begins, so several starts are made (k-means++ and random
// ones) and the best is kept.
//
// Each deviation is kept above 1/1000 of the sample's, without which the likelihood is unbounded.
// On a circle the components are wrapped, on a reflected interval they are folded, and EM knows it:
// a component's images share its parameters. K = 1 is the baseline "normal".
// Source: Dempster, Laird, Rubin 1977; Arthur & Vassilvitskii 2007 (k-means++).
// Test: gaussian_mixture_test.cpp.
#pragma once

#include "yonder/base/progress.h"
#include "yonder/density/baselines/normal_sum.h"
#include "yonder/density/baselines/weighted_sample.h"
#include "yonder/density/estimator.h"

#include <cstdint>
#include <string>

namespace yonder::density {

struct GaussianMixtureOptions {
  int64_t components = 1;
  bool kmeans_start = true;   ///< one start from k-means++
  int64_t random_starts = 4;  ///< from random values of the sample
  double tolerance = 1e-8;    ///< a start ends when a step gains less, in nats per value
  int64_t max_steps = 1000;
  uint64_t seed = 0;
  int64_t threads = 0;
};

class GaussianMixture final : public Estimator {
 public:
  GaussianMixture(const Domain& domain, NormalSum components);
  static GaussianMixture fit(const WeightedSample& sample, const Domain& domain,
                             const GaussianMixtureOptions& options, Progress* progress = nullptr);

  const NormalSum& components() const { return components_; }
  void logpdf(std::span<const double> y, std::span<double> out) const override;
  void cdf(std::span<const double> y, std::span<double> out) const override;
  void sample(uint64_t seed, uint64_t first, std::span<double> out) const override;
  /// 3 K - 1.
  int64_t parameter_count() const override;
  std::string text() const override;

 private:
  Domain domain_;
  NormalSum components_;
  NormalSum unfolded_;  // components and their images
};

}  // namespace yonder::density
