// SPDX-License-Identifier: Apache-2.0
// For tests of samplers: do the counts of draws fit their probabilities?
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>

namespace yonder {

/// Upper regularised incomplete gamma function Q(a, x): a > 0, x >= 0. Series below x = a + 1,
/// continued fraction (Lentz) above. Source: Abramowitz and Stegun, 6.5.29 and 6.5.31.
inline double gamma_q(double a, double x) {
  if (x <= 0) {
    return 1;
  }
  const double front = std::exp(a * std::log(x) - x - std::lgamma(a));
  if (x < a + 1) {
    double term = 1 / a;
    double sum = term;
    for (double n = a + 1; term > sum * 1e-16; ++n) {
      term *= x / n;
      sum += term;
    }
    return 1 - front * sum;
  }
  double b = x + 1 - a;
  double c = 1e300;
  double d = 1 / b;
  double fraction = d;
  for (int i = 1; i < 100000; ++i) {
    const double an = -i * (i - a);
    b += 2;
    d = 1 / (an * d + b);
    c = b + an / c;
    fraction *= d * c;
    if (std::abs(d * c - 1) < 1e-15) {
      break;
    }
  }
  return front * fraction;
}

/// Probability that counts at least this far from expectation come up by chance (Pearson's test).
/// Classes expected fewer than 10 times are taken together; 0 where the impossible was counted.
inline double chi_square_p(std::span<const uint64_t> counts, std::span<const double> probability) {
  uint64_t total = 0;
  for (const uint64_t count : counts) {
    total += count;
  }
  double statistic = 0;
  double rest_count = 0;
  double rest_expected = 0;
  size_t classes = 0;
  const auto add = [&](double count, double expected) {
    statistic += (count - expected) * (count - expected) / expected;
    ++classes;
  };
  for (size_t i = 0; i < counts.size(); ++i) {
    const double expected = probability[i] * static_cast<double>(total);
    if (expected < 10) {
      rest_count += static_cast<double>(counts[i]);
      rest_expected += expected;
    } else {
      add(static_cast<double>(counts[i]), expected);
    }
  }
  if (rest_expected >= 10) {
    add(rest_count, rest_expected);
  } else if (rest_count > 100) {
    return 0;
  }
  return classes < 2 ? 1 : gamma_q(static_cast<double>(classes - 1) / 2, statistic / 2);
}

}  // namespace yonder
