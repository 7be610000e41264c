// SPDX-License-Identifier: Apache-2.0
#include "yonder/density/base_distribution.h"

#include "yonder/base/error.h"
#include "yonder/base/options.h"
#include "yonder/density/internal/base_family.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <utility>

namespace yonder::density {

using internal::base_families;
using internal::BaseFamily;

namespace internal {
namespace {

/// The least value that has at least this share of the weight at or below it; the mean of two where
/// the share is met exactly.
double weighted_quantile(const BaseSample& sample, double share) {
  const size_t n = sample.values.size();
  std::vector<size_t> order(n);
  std::iota(order.begin(), order.end(), size_t{0});
  std::sort(order.begin(), order.end(),
            [&](size_t a, size_t b) { return sample.values[a] < sample.values[b]; });
  double total = 0;
  for (size_t i = 0; i < n; ++i) {
    total += sample.weight(i);
  }
  const double target = share * total;
  double below = 0;
  for (size_t i = 0; i < n; ++i) {
    below += sample.weight(order[i]);
    if (below > target || i + 1 == n) {
      return sample.values[order[i]];
    }
    if (below == target) {
      size_t next = i + 1;  // the next value that has weight
      while (next + 1 < n && sample.weight(order[next]) == 0) {
        ++next;
      }
      return 0.5 * (sample.values[order[i]] + sample.values[order[next]]);
    }
  }
  return sample.values[order[n - 1]];
}

}  // namespace

double weighted_mean(const BaseSample& sample) {
  double mean = 0;
  double total = 0;
  for (size_t i = 0; i < sample.values.size(); ++i) {
    const double w = sample.weight(i);
    if (w > 0) {
      total += w;
      mean += (sample.values[i] - mean) * (w / total);
    }
  }
  return mean;
}

double weighted_median(const BaseSample& sample) { return weighted_quantile(sample, 0.5); }

double weighted_deviation(const BaseSample& sample, double centre) {
  double greatest = 0;
  for (const double value : sample.values) {
    greatest = std::max(greatest, std::fabs(value - centre));
  }
  // In units of a power of two, so that no square leaves the range of doubles.
  int exponent = 0;
  std::frexp(greatest, &exponent);
  double square = 0;
  double total = 0;
  for (size_t i = 0; i < sample.values.size(); ++i) {
    const double d = std::ldexp(sample.values[i] - centre, -exponent);
    square += sample.weight(i) * d * d;
    total += sample.weight(i);
  }
  return std::ldexp(std::sqrt(square / total), exponent);
}

double half_interquartile_range(const BaseSample& sample) {
  const double half = 0.5 * (weighted_quantile(sample, 0.75) - weighted_quantile(sample, 0.25));
  if (half > 0) {
    return half;
  }
  const auto [low, high] = std::minmax_element(sample.values.begin(), sample.values.end());
  return 1e-6 * (*high - *low);
}

}  // namespace internal

namespace {

const BaseFamily* find_family(uint8_t number) {
  for (const BaseFamily* row : base_families()) {
    if (row->number == number) {
      return row;
    }
  }
  return nullptr;
}

const BaseFamily& family_of(uint8_t number) {
  const BaseFamily* row = find_family(number);
  YONDER_CHECK(row != nullptr);
  return *row;
}

}  // namespace

BaseDistribution::BaseDistribution(uint8_t family, std::vector<double> parameters)
    : family_(family), parameters_(std::move(parameters)) {
  const BaseFamily* row = find_family(family);
  require(row != nullptr, ErrorKind::bad_data,
          "base distribution number {} is unknown; a newer yonder may know it", family);
  const std::string complaint = row->complaint(parameters_);
  require(complaint.empty(), ErrorKind::bad_data, "the {} base has {}", row->name, complaint);
}

BaseDistribution BaseDistribution::named(std::string_view family, std::vector<double> parameters) {
  for (const BaseFamily* row : base_families()) {
    if (row->name == family) {
      return BaseDistribution(row->number, std::move(parameters));
    }
  }
  fail(ErrorKind::bad_data, "the base distribution \"{}\" is unknown; a newer yonder may know it",
       family);
}

BaseDistribution BaseDistribution::fitted(std::string_view text, std::span<const double> values,
                                          std::span<const double> weights, const double* location,
                                          const double* scale, uint64_t seed) {
  const size_t colon = text.find(':');
  const std::string name(text.substr(0, colon));
  const std::string_view argument =
      colon == std::string_view::npos ? std::string_view() : text.substr(colon + 1);
  check_choice("base", name, base_names());
  const auto row = std::find_if(base_families().begin(), base_families().end(),
                                [&](const BaseFamily* family) { return family->name == name; });
  require(colon == std::string_view::npos || !(*row)->argument.empty(), ErrorKind::bad_option,
          "base \"{}\": {} takes nothing after a colon", text, name);
  require(colon == std::string_view::npos || !argument.empty(), ErrorKind::bad_option,
          "base \"{}\": the {} is missing after the colon", text, (*row)->argument);
  require(scale == nullptr || (std::isfinite(*scale) && *scale > 0), ErrorKind::bad_option,
          "--scale is {}; it must be > 0", scale == nullptr ? 0 : *scale);
  require(location == nullptr || std::isfinite(*location), ErrorKind::bad_option,
          "--location is {}; it must be finite", location == nullptr ? 0 : *location);
  require(weights.empty() || weights.size() == values.size(), ErrorKind::bad_data,
          "{} weights for {} values", weights.size(), values.size());
  double low = std::numeric_limits<double>::infinity();
  double high = -low;
  for (size_t i = 0; i < values.size(); ++i) {
    require(std::isfinite(values[i]), ErrorKind::bad_data, "value {} is {}; it must be finite",
            i + 1, values[i]);
    const double w = weights.empty() ? 1.0 : weights[i];
    require(std::isfinite(w) && w >= 0, ErrorKind::bad_data, "weight {} is {}; it must be >= 0",
            i + 1, w);
    if (w > 0) {
      low = std::min(low, values[i]);
      high = std::max(high, values[i]);
    }
  }
  require(low < high, ErrorKind::bad_data,
          "cannot fit a density to a single point; the likelihood is unbounded");
  return BaseDistribution((*row)->number,
                          (*row)->fit({values, weights, argument, location, scale, seed}));
}

std::string BaseDistribution::name() const { return std::string(family_of(family_).name); }

std::string BaseDistribution::text() const {
  if (family_ == internal::kMixture.number) {
    return fmt::format("mixture:{} at {:.6g} scale {:.6g}", parameters_.size() / 3, location(),
                       scale());
  }
  const std::string_view colon = parameters_.size() > 2 ? ":" : "";
  return fmt::format("{}{}{:.6g} at {:.6g} scale {:.6g}", name(), colon,
                     fmt::join(parameters_.begin() + 2, parameters_.end(), ","), location(),
                     scale());
}

Domain::Point BaseDistribution::to_point(double y) const {
  const BaseFamily& row = family_of(family_);
  const double lower = row.lower_tail(parameters_, y);
  if (lower <= 0.5) {
    return {2 * lower - 1, 2 * lower};
  }
  const double upper = row.upper_tail(parameters_, y);
  return {1 - 2 * upper, 2 * upper};
}

double BaseDistribution::from_point(Domain::Point point) const {
  const BaseFamily& row = family_of(family_);
  if (point.from_end <= 0) {
    return std::copysign(std::numeric_limits<double>::infinity(), point.x);
  }
  const double mass = 0.5 * point.from_end;
  return point.x < 0 ? row.lower_quantile(parameters_, mass)
                     : row.upper_quantile(parameters_, mass);
}

double BaseDistribution::log_density(double y) const {
  return family_of(family_).log_density(parameters_, y);
}

double BaseDistribution::log_density_slope(double y) const {
  return family_of(family_).log_density_slope(parameters_, y);
}

double BaseDistribution::log_density_curvature(double y) const {
  return family_of(family_).log_density_curvature(parameters_, y);
}

double BaseDistribution::log_lower_tail(double y) const {
  return family_of(family_).log_lower_tail(parameters_, y);
}

double BaseDistribution::log_upper_tail(double y) const {
  return family_of(family_).log_upper_tail(parameters_, y);
}

int BaseDistribution::log_density_growth() const { return family_of(family_).growth; }

// For every family F and beta depend on y only through (y - t) / s, whatever else they depend on:
// the slopes in t and s follow from those in y.
BaseDistribution::Slopes BaseDistribution::point_slopes(double y) const {
  const double density = 2 * std::exp(log_density(y));
  return {-density, -density * ((y - location()) / scale())};
}

BaseDistribution::Slopes BaseDistribution::log_density_slopes(double y) const {
  const double slope = log_density_slope(y);
  return {-slope, -1 / scale() - slope * ((y - location()) / scale())};
}

BaseDistribution BaseDistribution::with(double location, double scale) const {
  return BaseDistribution(family_, family_of(family_).with(parameters_, location, scale));
}

double BaseDistribution::location() const { return family_of(family_).location(parameters_); }

double BaseDistribution::scale() const { return family_of(family_).scale(parameters_); }

bool BaseDistribution::has_moment(int n) const {
  return family_of(family_).has_moment(parameters_, n);
}

std::vector<std::string> base_names() {
  std::vector<std::string> names;
  for (const BaseFamily* row : base_families()) {
    names.emplace_back(row->name);
  }
  return names;
}

}  // namespace yonder::density
