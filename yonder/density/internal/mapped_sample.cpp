// SPDX-License-Identifier: Apache-2.0
#include "yonder/density/internal/mapped_sample.h"

#include "yonder/base/error.h"
#include "yonder/base/parallel.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>
#include <string>
#include <unordered_set>

namespace yonder::density::internal {
namespace {

constexpr size_t kChunk = size_t{1} << 16;
constexpr size_t kMostNamed = 5;

// "value 3 is nan, value 7 is inf and 12 more" for the indices that `bad` is true of; empty if
// none.
template <typename Bad>
std::string name_bad(const char* what, std::span<const double> numbers, uint64_t first_index,
                     const Bad& bad) {
  std::string named;
  size_t count = 0;
  for (size_t i = 0; i < numbers.size(); ++i) {
    if (bad(numbers[i])) {
      if (count < kMostNamed) {
        named +=
            fmt::format("{}{} {} is {}", count == 0 ? "" : ", ", what, first_index + i, numbers[i]);
      }
      ++count;
    }
  }
  if (count > kMostNamed) {
    named += fmt::format(" and {} more", count - kMostNamed);
  }
  return named;
}

}  // namespace

WeightedValues check_values(std::span<const double> values, std::span<const double> weights,
                            const Domain& domain, uint64_t first_index) {
  require(!values.empty(), ErrorKind::bad_data, "there are no values to fit a density to");
  require(weights.empty() || weights.size() == values.size(), ErrorKind::bad_data,
          "{} weights were given for {} values; give one for each or none", weights.size(),
          values.size());
  const std::string unusable =
      name_bad("value", values, first_index, [](double y) { return !std::isfinite(y); });
  require(unusable.empty(), ErrorKind::bad_data,
          "{} (counted from 0); a density is fitted to finite numbers, leave these out", unusable);
  if (domain.kind == DomainKind::interval || domain.kind == DomainKind::reflected) {
    const std::string outside = name_bad("value", values, first_index, [&](double y) {
      return y < domain.origin || y > domain.upper();
    });
    require(outside.empty(), ErrorKind::bad_data,
            "{} (counted from 0); the domain {} holds {} to {}: widen it or leave these out",
            outside, domain.text(), domain.origin, domain.upper());
  }
  const std::string bad_weights =
      name_bad("weight", weights, first_index, [](double w) { return !std::isfinite(w) || w < 0; });
  require(bad_weights.empty(), ErrorKind::bad_data,
          "{} (counted from 0); weights are finite numbers >= 0", bad_weights);

  WeightedValues out;
  if (weights.empty()) {
    out.y.assign(values.begin(), values.end());
    out.w.assign(values.size(), 1 / static_cast<double>(values.size()));
    return out;
  }
  // Scaled by the greatest first, so that no sum of finite weights overflows.
  const double greatest = *std::max_element(weights.begin(), weights.end());
  require(greatest > 0, ErrorKind::bad_data, "all weights are 0; at least one must be greater");
  double total = 0;
  for (size_t i = 0; i < values.size(); ++i) {
    const double w = weights[i] / greatest;
    if (w > 0) {
      out.y.push_back(values[i]);
      out.w.push_back(w);
      total += w;
    }
  }
  for (double& w : out.w) {
    w /= total;
  }
  return out;
}

MappedSample map_to_circle(const WeightedValues& values, const Domain& domain,
                           const BaseDistribution* base, int threads) {
  const size_t n = values.y.size();
  MappedSample out;
  out.sample.x.resize(n);
  out.sample.w = values.w;
  out.sample.even = domain.kind == DomainKind::reflected;
  // A circle or an interval has p(x) 2 / length, a reflected interval 2 p(x) / length.
  out.log_slope = std::log(2 / domain.length);
  std::vector<double> slopes((n + kChunk - 1) / kChunk);
  parallel_for(slopes.size(), 1, threads, [&](size_t first, size_t last) {
    for (size_t chunk = first; chunk < last; ++chunk) {
      for (size_t i = chunk * kChunk; i < std::min(n, (chunk + 1) * kChunk); ++i) {
        if (base == nullptr) {
          out.sample.x[i] = domain.to_point(values.y[i]).x;
        } else {
          out.sample.x[i] = base->to_point(values.y[i]).x;
          slopes[chunk] += values.w[i] * base->log_density(values.y[i]);
        }
      }
    }
  });
  if (base != nullptr) {
    out.log_slope = std::numbers::ln2 + std::accumulate(slopes.begin(), slopes.end(), 0.0);
  }
  return out;
}

size_t count_distinct(std::span<const double> x, size_t most) {
  std::unordered_set<double> seen;
  for (size_t i = 0; i < x.size() && seen.size() < most; ++i) {
    // The two ends of a circle are one point; 0 and -0 are equal.
    seen.insert(x[i] == 1 ? -1 : x[i]);
  }
  return seen.size();
}

int64_t free_parameters(int64_t order, const Domain& domain) {
  return domain.kind == DomainKind::reflected ? order : 2 * order;
}

void require_distinct(size_t distinct, const Domain& domain, int64_t order, double gamma) {
  const int64_t parameters = free_parameters(order, domain);
  require(distinct >= 2, ErrorKind::bad_data,
          "all values fall on a single point of the domain {} or of its base; the likelihood is "
          "unbounded there: change --domain, --base or --scale",
          domain.text());
  require(gamma > 0 || static_cast<int64_t>(distinct) >= parameters, ErrorKind::bad_data,
          "order {} has {} free parameters, but there are only {} different values; lower --order "
          "or give a penalty by --gamma",
          order, parameters, distinct);
}

void require_distinct(const Sample& sample, const Domain& domain, int64_t order, double gamma) {
  const auto most = static_cast<size_t>(std::max<int64_t>(2, free_parameters(order, domain)));
  require_distinct(count_distinct(sample.x, most), domain, order, gamma);
}

}  // namespace yonder::density::internal
