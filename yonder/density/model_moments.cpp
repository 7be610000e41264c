// SPDX-License-Identifier: Apache-2.0
// Moments. The mean of a circle or an interval is a sum over the autocorrelation, and circular
// moments are the autocorrelation itself: E z^n = conj(c_n). Central moments are integrated over
// the density's cells instead, whose terms are positive: the sums for E x^2, E x^3, E x^4 are as
// exact, but a narrow density would lose all digits when the mean is taken off. On the line they
// are quadratures with an estimate of their error, and may not exist. Test: model_moments_test.cpp.
#include "yonder/density/model.h"

#include <cmath>
#include <limits>
#include <numbers>

namespace yonder::density {
namespace {

Moment missing() { return {std::numeric_limits<double>::quiet_NaN(), 0, false}; }

/// central / scale^power, with the errors of both.
Moment standardised(Moment central, Moment variance, double power) {
  if (!central.exists || !variance.exists) {
    return missing();
  }
  const double scale = std::pow(variance.value, 0.5 * power);
  const double value = central.value / scale;
  return {value,
          central.error / scale + 0.5 * power * std::fabs(value) * variance.error / variance.value,
          true};
}

}  // namespace

Moments Model::moments() const {
  Moments result;
  const auto moment = [&](int order, double centre) {
    if (base_ && !base_->has_moment(order)) {
      return missing();
    }
    return expectation([&](double y) { return std::pow(y - centre, order); });
  };
  if (domain_.kind == DomainKind::circular || domain_.kind == DomainKind::interval) {
    double mean = 0;  // E x
    for (size_t n = 1; n < c_.size(); ++n) {
      const double sign = n % 2 == 0 ? 1 : -1;
      mean += 2 * sign / (std::numbers::pi * static_cast<double>(n)) * c_[n].imag();
    }
    result.mean.value = domain_.origin + 0.5 * (1 + mean) * domain_.length;
  } else {
    result.mean = moment(1, 0);
  }
  const double centre = result.mean.value;
  result.variance = moment(2, centre);
  result.skewness = standardised(moment(3, centre), result.variance, 3);
  result.kurtosis = standardised(moment(4, centre), result.variance, 4);
  if (domain_.kind == DomainKind::circular) {
    for (size_t n = 1; n < c_.size(); ++n) {
      result.circular.push_back(std::conj(c_[n]));
    }
    const std::complex<double> first = c_.size() > 1 ? std::conj(c_[1]) : 0;
    result.resultant_length = std::abs(first);
    result.direction =
        domain_.origin + 0.5 * (1 + std::arg(first) / std::numbers::pi) * domain_.length;
  }
  return result;
}

}  // namespace yonder::density
