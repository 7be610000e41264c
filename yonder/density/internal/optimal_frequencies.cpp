// SPDX-License-Identifier: Apache-2.0
#include "yonder/density/internal/optimal_frequencies.h"

#include "yonder/base/error.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <queue>
#include <utility>

namespace yonder::density::internal {
namespace {

// What the next unit after `count` gains.
double gain(double probability, uint32_t count) { return probability * std::log1p(1.0 / count); }

// The units, at most `most`, that are worth more than the price: P log(1 + 1 / (F - 1)) > price.
uint32_t units_at(double probability, double price, uint64_t most) {
  if (probability <= 0) {
    return 1;
  }
  const double beyond_first = 1 / std::expm1(price / probability);
  return beyond_first >= static_cast<double>(most - 1) ? static_cast<uint32_t>(most)
                                                       : 1 + static_cast<uint32_t>(beyond_first);
}

}  // namespace

Frequencies optimal_frequencies(std::span<const double> probabilities, int precision) {
  const uint64_t whole = uint64_t{1} << precision;
  YONDER_CHECK(precision >= 1 && precision <= kMostPrecision && probabilities.size() >= 2 &&
               probabilities.size() <= whole);
  Frequencies result;
  result.precision = precision;
  result.counts.assign(probabilities.size(), 1);
  const double most = *std::max_element(probabilities.begin(), probabilities.end());
  YONDER_CHECK(most >= 0 && most < std::numeric_limits<double>::infinity());

  const auto sum_at = [&](double price) {
    uint64_t sum = 0;
    for (const double probability : probabilities) {
      sum += units_at(probability, price, whole);
    }
    return sum;
  };
  uint64_t given = probabilities.size();
  if (most > 0) {
    double high = most;  // dearer than any symbol's second unit: P log 2
    double low = high;
    while (sum_at(low) <= whole && low > most * 0x1p-60) {
      low /= 4;
    }
    for (int i = 0; i < 50 && given < whole; ++i) {
      const double middle = std::sqrt(low) * std::sqrt(high);
      const uint64_t sum = sum_at(middle);
      (sum <= whole ? high : low) = middle;
      given = sum <= whole ? sum : given;
    }
    given = 0;
    for (size_t k = 0; k < probabilities.size(); ++k) {
      result.counts[k] = units_at(probabilities[k], high, whole);
      given += result.counts[k];
    }
  }
  // Few are left: symbols that are bought at the same price.
  std::priority_queue<std::pair<double, size_t>> best;
  for (size_t k = 0; k < probabilities.size() && given < whole; ++k) {
    best.emplace(gain(probabilities[k], result.counts[k]), k);
  }
  for (; given < whole; ++given) {
    const size_t k = best.top().second;
    best.pop();
    ++result.counts[k];
    best.emplace(gain(probabilities[k], result.counts[k]), k);
  }
  return result;
}

}  // namespace yonder::density::internal
