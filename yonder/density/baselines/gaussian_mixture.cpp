// SPDX-License-Identifier: Apache-2.0
#include "yonder/density/baselines/gaussian_mixture.h"

#include "yonder/base/error.h"
#include "yonder/base/parallel.h"
#include "yonder/base/random.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace yonder::density {
namespace {

constexpr double kLeastDeviation = 1e-3;  // of the sample's
constexpr double kReach = 9;              // deviations beyond which a component has no mass
constexpr int kMeansSteps = 100;

// Deviations wider than a domain of this length are as good as uniform.
double widest_deviation(const Domain& domain) {
  return is_folded(domain) ? 2 * domain.length : std::numeric_limits<double>::infinity();
}

std::vector<Image> images_of(const Domain& domain, const NormalSum& sum) {
  const double widest = *std::max_element(sum.deviations.begin(), sum.deviations.end());
  return images(domain, domain.length + kReach * widest);
}

// Values drawn as centres by their weight times the squared distance to the nearest centre so far
// (k-means++), or by their weight alone.
std::vector<double> draw_centres(const WeightedSample& sample, size_t count, bool spread,
                                 Rng& rng) {
  std::vector<double> centres;
  std::vector<double> chance = sample.weights;
  std::vector<double> nearest(sample.values.size(), std::numeric_limits<double>::infinity());
  while (centres.size() < count) {
    const double total = std::accumulate(chance.begin(), chance.end(), 0.0);
    double left = rng.uniform() * total;
    size_t chosen = 0;
    for (size_t i = 0; i < chance.size(); ++i) {
      if (chance[i] > 0) {
        chosen = i;
        left -= chance[i];
      }
      if (left < 0) {
        break;
      }
    }
    centres.push_back(sample.values[chosen]);
    for (size_t i = 0; i < chance.size() && spread; ++i) {
      const double distance = sample.values[i] - centres.back();
      nearest[i] = std::min(nearest[i], distance * distance);
      chance[i] = sample.weights[i] * nearest[i];
    }
    if (!spread) {
      chance[chosen] = 0;  // no centre twice
    }
  }
  std::sort(centres.begin(), centres.end());
  return centres;
}

void normalize(std::vector<double>& weights) {
  const double total = std::accumulate(weights.begin(), weights.end(), 0.0);
  for (double& weight : weights) {
    weight /= total;
  }
}

// Lloyd's iterations on sorted values, where clusters are ranges; then a component per cluster.
NormalSum kmeans(const WeightedSample& sample, std::vector<double> centres) {
  const size_t count = centres.size();
  std::vector<size_t> ends(count);  // of the clusters, one behind the last value
  for (int step = 0; step < kMeansSteps; ++step) {
    std::vector<size_t> new_ends(count, sample.values.size());
    for (size_t k = 0; k + 1 < count; ++k) {
      const double middle = centres[k] + (centres[k + 1] - centres[k]) / 2;
      new_ends[k] =
          static_cast<size_t>(std::upper_bound(sample.values.begin(), sample.values.end(), middle) -
                              sample.values.begin());
    }
    if (new_ends == ends) {
      break;
    }
    ends = std::move(new_ends);
    for (size_t k = 0, first = 0; k < count; first = ends[k++]) {
      double mass = 0;
      double sum = 0;
      for (size_t i = first; i < ends[k]; ++i) {
        mass += sample.weights[i];
        sum += sample.weights[i] * sample.values[i];
      }
      centres[k] = mass > 0 ? sum / mass : centres[k];
    }
  }
  NormalSum result;
  for (size_t k = 0, first = 0; k < count; first = ends[k++]) {
    double mass = 0;
    double second = 0;
    for (size_t i = first; i < ends[k]; ++i) {
      const double distance = sample.values[i] - centres[k];
      mass += sample.weights[i];
      second += sample.weights[i] * distance * distance;
    }
    result.weights.push_back(std::max(mass, 1e-6));
    result.means.push_back(centres[k]);
    result.deviations.push_back(
        std::max(mass > 0 ? std::sqrt(second / mass) : 0.0, kLeastDeviation * sample.deviation));
  }
  normalize(result.weights);
  return result;
}

NormalSum random_components(const WeightedSample& sample, std::vector<double> centres) {
  NormalSum result;
  const auto count = static_cast<double>(centres.size());
  result.weights.assign(centres.size(), 1 / count);
  result.deviations.assign(centres.size(), sample.deviation / count);
  result.means = std::move(centres);
  return result;
}

struct Fitted {
  NormalSum sum;
  double log_likelihood = -std::numeric_limits<double>::infinity();
};

Fitted expectation_maximisation(NormalSum start, const WeightedSample& sample, const Domain& domain,
                                const GaussianMixtureOptions& options, const ProgressRef& sink) {
  const int threads = thread_count(options.threads);
  const double least = kLeastDeviation * sample.deviation;
  const double widest = widest_deviation(domain);
  Fitted fitted;
  fitted.sum = std::move(start);
  for (int64_t step = 0; step < options.max_steps; ++step) {
    sink.stop_if_cancelled("nothing was written");
    const std::vector<Image> all_images = images_of(domain, fitted.sum);
    const ResponsibilitySums sums = responsibility_sums(unfolded(fitted.sum, all_images),
                                                        sample.values, sample.weights, threads);
    const double gained = sums.log_likelihood - fitted.log_likelihood;
    fitted.log_likelihood = sums.log_likelihood;
    if (gained < options.tolerance) {
      break;  // the parameters that this likelihood belongs to
    }
    for (size_t k = 0; k < fitted.sum.means.size(); ++k) {
      double mass = 0;
      double first = 0;
      double second = 0;
      for (size_t j = 0; j < all_images.size(); ++j) {
        const size_t component = k * all_images.size() + j;
        mass += sums.mass[component];
        first += all_images[j].sign * sums.first[component];
        second += sums.second[component];
      }
      if (mass < 1e-12) {
        continue;  // a component that no value wants any more stays where it is
      }
      const double shift = first / mass;
      fitted.sum.weights[k] = mass;
      fitted.sum.means[k] = fold(domain, fitted.sum.means[k] + shift);
      fitted.sum.deviations[k] =
          std::clamp(std::sqrt(std::max(second / mass - shift * shift, 0.0)), least, widest);
    }
    normalize(fitted.sum.weights);
  }
  return fitted;
}

}  // namespace

GaussianMixture::GaussianMixture(const Domain& domain, NormalSum components)
    : domain_(domain),
      components_(std::move(components)),
      unfolded_(unfolded(components_, images_of(domain, components_))) {}

GaussianMixture GaussianMixture::fit(const WeightedSample& sample, const Domain& domain,
                                     const GaussianMixtureOptions& options, Progress* progress) {
  std::vector<double> distinct = sample.values;
  distinct.erase(std::unique(distinct.begin(), distinct.end()), distinct.end());
  require(options.components >= 1 && options.components <= static_cast<int64_t>(distinct.size()),
          ErrorKind::bad_option,
          "a mixture of {} components was asked for; the sample has {} distinct values, and a "
          "component needs one of its own",
          options.components, distinct.size());
  YONDER_CHECK(options.kmeans_start || options.random_starts > 0);
  const ProgressRef sink(progress);
  const auto count = static_cast<size_t>(options.components);
  Fitted best;
  for (int64_t start = options.kmeans_start ? 0 : 1; start <= options.random_starts; ++start) {
    Rng rng(options.seed, static_cast<uint64_t>(start));
    std::vector<double> centres = draw_centres(sample, count, start == 0, rng);
    Fitted fitted =
        expectation_maximisation(start == 0 ? kmeans(sample, std::move(centres))
                                            : random_components(sample, std::move(centres)),
                                 sample, domain, options, sink);
    if (fitted.log_likelihood > best.log_likelihood) {
      best = std::move(fitted);
    }
    if (count == 1 && domain.kind != DomainKind::circular) {
      break;  // one optimum
    }
  }
  require(!best.sum.means.empty(), ErrorKind::numerical,
          "no start of the Gaussian mixture reached a finite likelihood");
  return {domain, std::move(best.sum)};
}

void GaussianMixture::logpdf(std::span<const double> y, std::span<double> out) const {
  std::vector<double> at(y.size());
  std::transform(y.begin(), y.end(), at.begin(),
                 [&](double value) { return into_domain(domain_, value); });
  unfolded_.logpdf(at, out);
  for (size_t i = 0; i < at.size(); ++i) {
    if (is_folded(domain_) && (at[i] < domain_.origin || at[i] > domain_.upper())) {
      out[i] = -std::numeric_limits<double>::infinity();
    }
  }
}

void GaussianMixture::cdf(std::span<const double> y, std::span<double> out) const {
  const bool bounded = is_folded(domain_);
  const double below = bounded ? unfolded_.cdf(domain_.origin) : 0;
  for (size_t i = 0; i < y.size(); ++i) {
    double at = into_domain(domain_, y[i]);
    at = bounded ? std::clamp(at, domain_.origin, domain_.upper()) : at;
    out[i] = std::clamp(unfolded_.cdf(at) - below, 0.0, 1.0);
  }
}

void GaussianMixture::sample(uint64_t seed, uint64_t first, std::span<double> out) const {
  std::vector<double> up_to(components_.weights.size());
  std::partial_sum(components_.weights.begin(), components_.weights.end(), up_to.begin());
  for (size_t i = 0; i < out.size(); ++i) {
    Rng rng(seed, first + i);
    const double u = rng.uniform() * up_to.back();
    const size_t k = std::min(
        static_cast<size_t>(std::upper_bound(up_to.begin(), up_to.end(), u) - up_to.begin()),
        up_to.size() - 1);
    out[i] = fold(domain_, components_.means[k] + components_.deviations[k] * rng.normal());
  }
}

int64_t GaussianMixture::parameter_count() const {
  return 3 * static_cast<int64_t>(components_.means.size()) - 1;
}

std::string GaussianMixture::text() const {
  if (components_.means.size() == 1) {
    return fmt::format("normal: mean {:.6g}, deviation {:.6g}", components_.means[0],
                       components_.deviations[0]);
  }
  return fmt::format("Gaussian mixture of {} components", components_.means.size());
}

}  // namespace yonder::density
