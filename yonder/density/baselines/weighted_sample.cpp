// SPDX-License-Identifier: Apache-2.0
#include "yonder/density/baselines/weighted_sample.h"

#include "yonder/base/error.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace yonder::density {

WeightedSample::WeightedSample(std::span<const double> values_in,
                               std::span<const double> weights_in, const Domain& domain) {
  require(weights_in.empty() || weights_in.size() == values_in.size(), ErrorKind::bad_data,
          "{} weights for {} values; give one weight to each value, or none", weights_in.size(),
          values_in.size());
  std::vector<size_t> rows;
  std::vector<double> points(values_in.size());
  double total = 0;
  double squares = 0;
  for (size_t i = 0; i < values_in.size(); ++i) {
    require(std::isfinite(values_in[i]), ErrorKind::bad_data,
            "value {} is {}; only finite numbers can be fitted", i, values_in[i]);
    const double weight = weights_in.empty() ? 1 : weights_in[i];
    require(weight >= 0 && std::isfinite(weight), ErrorKind::bad_data,
            "weight {} is {}; weights are finite and not negative", i, weight);
    points[i] = values_in[i];
    if (domain.kind == DomainKind::circular) {
      points[i] = domain.from_point(domain.to_point(values_in[i]));
    } else if (domain.kind != DomainKind::line) {
      require(values_in[i] >= domain.origin && values_in[i] <= domain.upper(), ErrorKind::bad_data,
              "value {} is {}, outside of the domain {}", i, values_in[i], domain.text());
    }
    if (weight > 0) {
      rows.push_back(i);
      total += weight;
      squares += weight * weight;
    }
  }
  std::sort(rows.begin(), rows.end(), [&](size_t a, size_t b) {
    return points[a] < points[b] || (points[a] == points[b] && a < b);
  });
  values.reserve(rows.size());
  weights.reserve(rows.size());
  for (const size_t row : rows) {
    values.push_back(points[row]);
    weights.push_back((weights_in.empty() ? 1 : weights_in[row]) / total);
  }
  require(!values.empty() && values.front() < values.back(), ErrorKind::bad_data,
          "cannot fit a density to a single point; the likelihood is unbounded");
  effective_size = total * total / squares;
  mean = std::inner_product(values.begin(), values.end(), weights.begin(), 0.0);
  double variance = 0;
  for (size_t i = 0; i < values.size(); ++i) {
    variance += weights[i] * (values[i] - mean) * (values[i] - mean);
  }
  deviation = std::sqrt(variance);
}

double WeightedSample::quantile(double share) const {
  double below = 0;
  for (size_t i = 0; i < values.size(); ++i) {
    below += weights[i];
    if (below >= share) {
      return values[i];
    }
  }
  return values.back();
}

}  // namespace yonder::density
