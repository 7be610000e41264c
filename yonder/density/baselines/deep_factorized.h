// SPDX-License-Identifier: Apache-2.0
// The deep factorised prior of learned image compression: a cdf that is a small monotone network,
// sigmoid(f_K o ... o f_1(y)) with f_k(h) = u + a tanh(u), u = softplus(H) h + b, |a| < 1, and the
// last layer without its a. Smooth and flexible, and too smooth for narrow peaks: it is here as the
// peer that Fourier densities were compared with.
//
// Fitted by L-BFGS with analytic gradients to the sample's likelihood from several random starts,
// the best kept. The sample is first gathered in cells of 1/400 of its interquartile range, each at
// the mean of its values; a model this smooth does not see the difference. On the line only, with
// exponential tails; intervals are taken as the line.
// Source: Balle, Minnen, Singh, Hwang, Johnston 2018, arXiv 1802.01436, appendix 6.1.
// Test: deep_factorized_test.cpp.
#pragma once

#include "yonder/base/progress.h"
#include "yonder/density/baselines/weighted_sample.h"
#include "yonder/density/estimator.h"

#include <cstdint>
#include <string>
#include <vector>

namespace yonder::density {

struct DeepFactorizedOptions {
  std::vector<size_t> widths = {3, 3, 3};  ///< of the layers between
  int64_t starts = 5;
  int64_t max_steps = 500;  ///< of L-BFGS
  uint64_t seed = 0;
  int64_t threads = 0;
};

class DeepFactorized final : public Estimator {
 public:
  static DeepFactorized fit(const WeightedSample& sample, const DeepFactorizedOptions& options,
                            Progress* progress = nullptr);

  void logpdf(std::span<const double> y, std::span<double> out) const override;
  void cdf(std::span<const double> y, std::span<double> out) const override;
  void sample(uint64_t seed, uint64_t first, std::span<double> out) const override;
  int64_t parameter_count() const override;
  std::string text() const override;

  /// The network's parameters: for each layer H row by row, b, and a (not for the last one).
  const std::vector<double>& parameters() const { return parameters_; }
  /// Mean of weight times -ln density of standardised values, and its gradient by the parameters.
  static double objective(const std::vector<size_t>& widths, std::span<const double> parameters,
                          std::span<const double> values, std::span<const double> weights,
                          std::span<double> gradient);

 private:
  DeepFactorized() = default;
  std::vector<size_t> widths_;
  std::vector<double> parameters_;
  double centre_ = 0;  // the network sees (y - centre) / scale
  double scale_ = 1;
};

}  // namespace yonder::density
