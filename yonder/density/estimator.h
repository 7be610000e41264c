// SPDX-License-Identifier: Apache-2.0
// What every density is to those who use one: the Fourier model and the baselines beside it.
#pragma once

#include <cstdint>
#include <span>
#include <string>

namespace yonder::density {

class Estimator {
 public:
  virtual ~Estimator() = default;
  /// ln q(y) for each y, in nats per unit of y. Sizes must agree; `out` may be `y` itself.
  virtual void logpdf(std::span<const double> y, std::span<double> out) const = 0;
  /// P(Y <= y); on a circle from the domain's origin on.
  virtual void cdf(std::span<const double> y, std::span<double> out) const = 0;
  /// Draws number first, first + 1, ... of this seed: any split of a range gives the same numbers.
  virtual void sample(uint64_t seed, uint64_t first, std::span<double> out) const = 0;
  /// How many numbers were fitted (see docs/math/density.md for what counts), and what it is
  /// called.
  virtual int64_t parameter_count() const = 0;
  virtual std::string text() const = 0;
};

}  // namespace yonder::density
