// SPDX-License-Identifier: Apache-2.0
// A mixture of up to 8 normal distributions: for data in separate clumps, where one normal would
// leave most of the circle to the gaps. Its location and scale are its mean and standard deviation.
// Fitted by EM from several starts (k-means++ seeding); a component's deviation is kept above a
// thousandth of the sample's.
// Source: Dempster, Laird and Rubin 1977; Arthur and Vassilvitskii 2007 (seeding).
#include "yonder/base/error.h"
#include "yonder/base/random.h"
#include "yonder/density/internal/base_family.h"

#include <fmt/core.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <numbers>

namespace yonder::density::internal {
namespace {

using Parameters = std::span<const double>;

constexpr size_t kMostComponents = 8;

struct Component {
  double weight;
  double mean;
  double deviation;
};

size_t count(Parameters p) { return p.size() / 3; }
Component component(Parameters p, size_t k) { return {p[3 * k], p[3 * k + 1], p[3 * k + 2]}; }

std::string complaint(Parameters p) {
  if (p.empty() || p.size() % 3 != 0 || count(p) > kMostComponents) {
    return fmt::format(
        "{} parameters; weight, mean and deviation of 1 to {} components were expected", p.size(),
        kMostComponents);
  }
  double total = 0;
  for (size_t k = 0; k < count(p); ++k) {
    const Component c = component(p, k);
    if (!(c.weight >= 0) || !std::isfinite(c.mean) || !std::isfinite(c.deviation) ||
        !(c.deviation > 0)) {
      return fmt::format(
          "component {} has weight {}, mean {} and deviation {}; they must be finite, the weight "
          ">= 0 and the deviation > 0",
          k + 1, c.weight, c.mean, c.deviation);
    }
    total += c.weight;
  }
  if (std::fabs(total - 1) > 1e-12) {
    return fmt::format("weights with the sum {}; it must be 1", total);
  }
  return {};
}

double lower_tail(Parameters p, double y) {
  double sum = 0;
  for (size_t k = 0; k < count(p); ++k) {
    const Component c = component(p, k);
    sum += c.weight * normal_tail((c.mean - y) / c.deviation);
  }
  return sum;
}

double upper_tail(Parameters p, double y) {
  double sum = 0;
  for (size_t k = 0; k < count(p); ++k) {
    const Component c = component(p, k);
    sum += c.weight * normal_tail((y - c.mean) / c.deviation);
  }
  return sum;
}

/// ln of the sum over the components of e^term(component).
template <typename Term>
double log_sum(Parameters p, Term term) {
  double terms[kMostComponents] = {};
  double largest = -std::numeric_limits<double>::infinity();
  for (size_t k = 0; k < count(p); ++k) {
    terms[k] = term(component(p, k));
    largest = std::max(largest, terms[k]);
  }
  if (!std::isfinite(largest)) {
    return largest;
  }
  double sum = 0;
  for (size_t k = 0; k < count(p); ++k) {
    sum += std::exp(terms[k] - largest);
  }
  return largest + std::log(sum);
}

double log_lower_tail(Parameters p, double y) {
  return log_sum(p, [y](const Component& c) {
    return std::log(c.weight) + normal_log_tail((c.mean - y) / c.deviation);
  });
}

double log_upper_tail(Parameters p, double y) {
  return log_sum(p, [y](const Component& c) {
    return std::log(c.weight) + normal_log_tail((y - c.mean) / c.deviation);
  });
}

double log_component(const Component& c, double y) {
  const double u = (y - c.mean) / c.deviation;
  return std::log(c.weight / c.deviation) - 0.5 * u * u - 0.5 * std::log(2 * std::numbers::pi);
}

double log_density(Parameters p, double y) {
  return log_sum(p, [y](const Component& c) { return log_component(c, y); });
}

/// The mean over the components at y, each with its share of the density, of their u / deviation
/// (power 1) or (u^2 - 1) / deviation^2 (power 2).
double shared_mean(Parameters p, double y, int power) {
  const double all = log_density(p, y);
  double sum = 0;
  for (size_t k = 0; k < count(p); ++k) {
    const Component c = component(p, k);
    const double u = (y - c.mean) / c.deviation;
    const double term = power == 1 ? u / c.deviation : (u * u - 1) / (c.deviation * c.deviation);
    const double share = std::exp(log_component(c, y) - all);
    sum += share > 0 ? share * term : 0;
  }
  return sum;
}

double log_density_slope(Parameters p, double y) { return -shared_mean(p, y, 1); }

double log_density_curvature(Parameters p, double y) {
  const double slope = log_density_slope(p, y);
  return shared_mean(p, y, 2) - slope * slope;
}

/// The root of a tail: `sign` +1 for the upper one, -1 for the lower. ln tail is monotone, and the
/// root lies between the extreme quantiles of the components.
double tail_quantile(Parameters p, double mass, int sign) {
  const auto tail = sign > 0 ? upper_tail : lower_tail;
  double low = std::numeric_limits<double>::infinity();
  double high = -low;
  const double u = normal_tail_quantile(mass);
  for (size_t k = 0; k < count(p); ++k) {
    const Component c = component(p, k);
    if (c.weight > 0) {
      low = std::min(low, c.mean + sign * u * c.deviation);
      high = std::max(high, c.mean + sign * u * c.deviation);
    }
  }
  double y = 0.5 * (low + high);
  for (int step = 0; step < 200 && low < high; ++step) {
    const double here = tail(p, y);
    // The tail beyond y is too large: the root lies further out.
    ((here > mass) == (sign > 0) ? low : high) = y;
    const double slope = -sign * std::exp(log_density(p, y) - std::log(here));
    double next = y - std::log(here / mass) / slope;
    if (!(next >= low && next <= high)) {
      next = 0.5 * (low + high);
    }
    const double change = std::fabs(next - y);
    y = next;
    if (change <= 2e-16 * std::fabs(y)) {
      break;
    }
  }
  return y;
}

double lower_quantile(Parameters p, double mass) { return tail_quantile(p, mass, -1); }
double upper_quantile(Parameters p, double mass) { return tail_quantile(p, mass, +1); }

bool has_moment(Parameters, int) { return true; }

double location(Parameters p) {
  double mean = 0;
  for (size_t k = 0; k < count(p); ++k) {
    mean += component(p, k).weight * component(p, k).mean;
  }
  return mean;
}

double scale(Parameters p) {
  const double mean = location(p);
  double variance = 0;
  for (size_t k = 0; k < count(p); ++k) {
    const Component c = component(p, k);
    variance += c.weight * (c.deviation * c.deviation + (c.mean - mean) * (c.mean - mean));
  }
  return std::sqrt(variance);
}

std::vector<double> with(Parameters p, double to_location, double to_scale) {
  const double from_location = location(p);
  const double stretch = to_scale / scale(p);
  std::vector<double> moved(p.begin(), p.end());
  for (size_t k = 0; k < count(p); ++k) {
    moved[3 * k + 1] = to_location + (p[3 * k + 1] - from_location) * stretch;
    moved[3 * k + 2] = p[3 * k + 2] * stretch;
  }
  return moved;
}

/// Means far from each other: each drawn with probability proportional to weight times squared
/// distance to the nearest one before.
std::vector<Component> seeded(const BaseSample& sample, size_t components, double deviation,
                              Rng& rng) {
  const size_t n = sample.values.size();
  std::vector<double> distance(n, 1);
  std::vector<Component> result;
  while (result.size() < components) {
    double total = 0;
    for (size_t i = 0; i < n; ++i) {
      total += sample.weight(i) * distance[i];
    }
    double left = rng.uniform() * total;
    size_t chosen = 0;
    for (size_t i = 0; i < n; ++i) {
      if (sample.weight(i) * distance[i] > 0) {
        chosen = i;
        left -= sample.weight(i) * distance[i];
        if (left < 0) {
          break;
        }
      }
    }
    const double mean = sample.values[chosen];
    for (size_t i = 0; i < n; ++i) {
      const double d = (sample.values[i] - mean) / deviation;
      distance[i] = result.empty() ? d * d : std::min(distance[i], d * d);
    }
    result.push_back(
        {1.0 / static_cast<double>(components), mean, deviation / static_cast<double>(components)});
  }
  return result;
}

std::vector<double> flat(const std::vector<Component>& components) {
  std::vector<double> parameters;
  for (const Component& c : components) {
    parameters.insert(parameters.end(), {c.weight, c.mean, c.deviation});
  }
  return parameters;
}

/// One pass of EM; returns the mean log-likelihood before it.
double improve(const BaseSample& sample, double least_deviation,
               std::vector<Component>& components) {
  const size_t m = components.size();
  const std::vector<Component> old = components;
  double sums[kMostComponents][3] = {};
  double log_constant[kMostComponents];
  for (size_t k = 0; k < m; ++k) {
    log_constant[k] = std::log(old[k].weight / old[k].deviation);
  }
  double likelihood = 0;
  double total = 0;
  for (size_t i = 0; i < sample.values.size(); ++i) {
    double terms[kMostComponents] = {};
    double largest = -std::numeric_limits<double>::infinity();
    for (size_t k = 0; k < m; ++k) {
      const double u = (sample.values[i] - old[k].mean) / old[k].deviation;
      terms[k] = log_constant[k] - 0.5 * u * u;
      largest = std::max(largest, terms[k]);
    }
    double sum = 0;
    for (size_t k = 0; k < m; ++k) {
      terms[k] = std::exp(terms[k] - largest);
      sum += terms[k];
    }
    const double w = sample.weight(i);
    likelihood += w * (largest + std::log(sum));
    total += w;
    for (size_t k = 0; k < m; ++k) {
      const double share = w * terms[k] / sum;
      const double d = sample.values[i] - old[k].mean;
      sums[k][0] += share;
      sums[k][1] += share * d;
      sums[k][2] += share * d * d;
    }
  }
  double weight_sum = 0;
  for (size_t k = 0; k < m; ++k) {
    if (sums[k][0] > 0) {
      const double shift = sums[k][1] / sums[k][0];
      components[k].mean = old[k].mean + shift;
      components[k].deviation = std::max(
          least_deviation, std::sqrt(std::max(0.0, sums[k][2] / sums[k][0] - shift * shift)));
    }
    components[k].weight = sums[k][0] / total;
    weight_sum += components[k].weight;
  }
  for (Component& c : components) {
    c.weight /= weight_sum;
  }
  return likelihood / total;
}

std::vector<double> fit(const BaseSample& sample) {
  size_t components = 2;
  if (!sample.argument.empty()) {
    const char* last = sample.argument.data() + sample.argument.size();
    const auto [end, error] = std::from_chars(sample.argument.data(), last, components);
    require(error == std::errc() && end == last && components >= 1 && components <= kMostComponents,
            ErrorKind::bad_option,
            "base \"mixture:{}\": the number of components is a number from 1 to {}",
            sample.argument, kMostComponents);
  }
  constexpr int kStarts = 4;
  constexpr int kPasses = 500;
  const double deviation = weighted_deviation(sample, weighted_mean(sample));
  std::vector<Component> best;
  double best_likelihood = -std::numeric_limits<double>::infinity();
  for (int start = 0; start < kStarts; ++start) {
    Rng rng(sample.seed, static_cast<uint64_t>(start));
    std::vector<Component> current = seeded(sample, components, deviation, rng);
    double likelihood = -std::numeric_limits<double>::infinity();
    for (int pass = 0; pass < kPasses; ++pass) {
      const double before = improve(sample, 1e-3 * deviation, current);
      const bool settled = before - likelihood < 1e-9;
      likelihood = before;
      if (settled) {
        break;
      }
    }
    if (likelihood > best_likelihood) {
      best_likelihood = likelihood;
      best = current;
    }
  }
  std::sort(best.begin(), best.end(),
            [](const Component& a, const Component& b) { return a.mean < b.mean; });
  const std::vector<double> parameters = flat(best);
  return with(parameters, sample.location != nullptr ? *sample.location : location(parameters),
              sample.scale != nullptr ? *sample.scale : scale(parameters));
}

}  // namespace

constexpr BaseFamily kMixture = {
    0x06,
    "mixture",
    "of up to 8 normal distributions (2 where no number is given), for data in clumps",
    "number of components",
    complaint,
    lower_tail,
    upper_tail,
    log_lower_tail,
    log_upper_tail,
    lower_quantile,
    upper_quantile,
    log_density,
    log_density_slope,
    log_density_curvature,
    2,
    has_moment,
    location,
    scale,
    with,
    fit,
};

}  // namespace yonder::density::internal
