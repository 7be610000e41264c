// SPDX-License-Identifier: Apache-2.0
#include "yonder/density/baselines/kernel_density.h"

#include "yonder/base/error.h"
#include "yonder/base/random.h"
#include "yonder/density/baselines/normal_sum.h"

#include <fmt/format.h>
#include <unsupported/Eigen/FFT>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <complex>
#include <limits>
#include <numbers>
#include <numeric>
#include <utility>

namespace yonder::density {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kReach = 9;       // bandwidths beyond which a kernel is below 1e-17
constexpr double kTailReach = 38;  // and beyond which its tail is below all doubles
constexpr double kNodesPerBandwidth = 16;
constexpr double kLeastNodesPerBandwidth = 4;
constexpr size_t kMostNodes = size_t{1} << 20;
constexpr double kLeastTable = 1e-6;  // of the highest density
constexpr double kNegligible = 40;    // exponents this far below the largest do not count

double normal_density(double distance, double bandwidth) {
  const double t = distance / bandwidth;
  return std::exp(-t * t / 2) / (bandwidth * std::sqrt(2 * std::numbers::pi));
}

// Weights on a grid, which is a circle of its own: long enough that the kernel does not reach
// around it, or as long as the circle of the data.
struct Grid {
  double low = 0;
  double spacing = 1;
  std::vector<double> weights;
};

// A value's weight goes to the two nearest nodes, in proportion.
Grid linear_binning(const std::vector<double>& values, const std::vector<double>& weights,
                    double low, double spacing, size_t nodes) {
  Grid grid = {low, spacing, std::vector<double>(nodes)};
  for (size_t i = 0; i < values.size(); ++i) {
    const double position = (values[i] - low) / spacing;
    const double node = std::floor(position);
    const double share = position - node;
    const auto k = static_cast<size_t>(std::max(node, 0.0));
    grid.weights[k % nodes] += weights[i] * (1 - share);
    grid.weights[(k + 1) % nodes] += weights[i] * share;
  }
  return grid;
}

// The density at all nodes, or its derivative, by one FFT each way. The kernel's transform is
// known: exp(-(w h)^2 / 2).
class Smoother {
 public:
  explicit Smoother(const Grid& grid) : spacing_(grid.spacing), nodes_(grid.weights.size()) {
    fft_.fwd(transform_, grid.weights);
  }
  std::vector<double> density(double bandwidth, bool derivative) const {
    std::vector<std::complex<double>> product(transform_);
    const double unit = 2 * std::numbers::pi / (static_cast<double>(nodes_) * spacing_);
    for (size_t k = 0; k < product.size(); ++k) {
      const bool negative = 2 * k > nodes_;
      const double frequency =
          unit * (negative ? static_cast<double>(k) - static_cast<double>(nodes_)
                           : static_cast<double>(k));
      const double decay =
          std::exp(-0.5 * frequency * frequency * bandwidth * bandwidth) / spacing_;
      product[k] *= derivative ? std::complex<double>(0, frequency * decay) : decay;
    }
    std::vector<double> result;
    fft_.inv(result, product, static_cast<Eigen::Index>(nodes_));
    return result;
  }

 private:
  double spacing_;
  size_t nodes_;
  mutable Eigen::FFT<double> fft_;
  std::vector<std::complex<double>> transform_;
};

size_t power_of_two(double least) {
  size_t nodes = 64;
  while (static_cast<double>(nodes) < least && nodes < kMostNodes) {
    nodes *= 2;
  }
  return nodes;
}

// A grid for all bandwidths up to `widest`, with spacing fit for the narrowest as far as it may
// have that many nodes. `values` lie within the domain; mirrors have been unfolded before.
Grid make_grid(const std::vector<double>& values, const std::vector<double>& weights,
               const Domain& domain, double narrowest, double widest) {
  if (domain.kind == DomainKind::circular) {
    const size_t nodes = power_of_two(kNodesPerBandwidth * domain.length / narrowest);
    return linear_binning(values, weights, domain.origin,
                          domain.length / static_cast<double>(nodes), nodes);
  }
  const double low = values.front() - kReach * widest;
  const double range = values.back() + kReach * widest - low;
  const size_t nodes = power_of_two(kNodesPerBandwidth * range / narrowest);
  return linear_binning(values, weights, low, range / static_cast<double>(nodes), nodes);
}

// ln of the density that the nearest nodes on both sides give to a node far from all others; the
// two nodes beside it share the weight of its own value.
double log_density_of_neighbours(const Grid& grid, size_t node, double bandwidth) {
  double best = -kInfinity;
  const auto look = [&](size_t other, size_t distance) {
    const double t = static_cast<double>(distance) * grid.spacing / bandwidth;
    best = std::max(best, std::log(grid.weights[other] * normal_density(0, bandwidth)) - t * t / 2);
  };
  for (size_t other = node + 2; other < grid.weights.size(); ++other) {
    if (grid.weights[other] > 0) {
      look(other, other - node);
      break;
    }
  }
  for (size_t distance = 2; distance <= node; ++distance) {
    if (grid.weights[node - distance] > 0) {
      look(node - distance, distance);
      break;
    }
  }
  return best;
}

// What cross-validation maximises: sum of w ln of the density that all others give. Over the nodes
// within [low, high].
double leave_one_out(const Grid& grid, const Smoother& smoother, double bandwidth, double size,
                     double low, double high) {
  const std::vector<double> density = smoother.density(bandwidth, false);
  const double own = normal_density(0, bandwidth) / size;
  const double highest = *std::max_element(density.begin(), density.end());
  double sum = 0;
  for (size_t k = 0; k < density.size(); ++k) {
    const double position = grid.low + static_cast<double>(k) * grid.spacing;
    if (grid.weights[k] > 0 && position >= low && position <= high) {
      const double others = density[k] - own;
      sum += grid.weights[k] * (others > std::max(1e-9 * highest, 1e-3 * own)
                                    ? std::log(others)
                                    : log_density_of_neighbours(grid, k, bandwidth));
    }
  }
  return sum;
}

// The bandwidth that maximises leave_one_out(), to about 2 %: the best of a geometric row, which is
// then searched again in finer steps around it. Bandwidths that the grid is too coarse for are left
// out.
double cross_validated(const std::vector<double>& values, const std::vector<double>& weights,
                       const Domain& domain, const WeightedSample& sample, double scott) {
  const double widest = 2 * scott;
  const Grid grid = make_grid(values, weights, domain, scott / 64, widest);
  const Smoother smoother(grid);
  double best = scott;
  double best_score = -kInfinity;
  const auto scan = [&](double from, double to, double factor) {
    for (double tried = from; tried >= to && tried >= kLeastNodesPerBandwidth * grid.spacing;
         tried /= factor) {
      const double score = leave_one_out(grid, smoother, tried, sample.effective_size,
                                         sample.values.front(), sample.values.back());
      if (score > best_score) {
        best_score = score;
        best = tried;
      }
    }
  };
  scan(widest, scott / 256, 1.25);
  const double middle = best;
  scan(middle * 1.2, middle / 1.2, 1.04);
  return best;
}

// Scott's and Silverman's rules.
double rule_of_thumb(const WeightedSample& sample, bool robust) {
  const double shrink = std::pow(sample.effective_size, -0.2);
  if (!robust) {
    return 1.06 * sample.deviation * shrink;
  }
  const double quartiles = (sample.quantile(0.75) - sample.quantile(0.25)) / 1.34;
  return 0.9 * (quartiles > 0 ? std::min(sample.deviation, quartiles) : sample.deviation) * shrink;
}

double parse_bandwidth(const std::string& text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  require(
      error == std::errc() && end == text.data() + text.size() && value > 0 && std::isfinite(value),
      ErrorKind::bad_option,
      "the bandwidth is '{}'; silverman, scott, cv or a number above 0 is possible", text);
  return value;
}

}  // namespace

KernelDensity KernelDensity::fit(const WeightedSample& sample, const Domain& domain,
                                 const KernelDensityOptions& options) {
  KernelDensity result;
  result.domain_ = domain;
  // A mirror's images are values like others; a circle's grid closes by itself.
  std::vector<std::pair<double, double>> points;
  const std::vector<Image> mirrors =
      domain.kind == DomainKind::reflected ? images(domain, domain.length) : std::vector<Image>(1);
  for (const Image& mirror : mirrors) {
    for (size_t i = 0; i < sample.values.size(); ++i) {
      points.emplace_back(mirror.sign * (sample.values[i] - mirror.shift), sample.weights[i]);
    }
  }
  std::sort(points.begin(), points.end());
  std::vector<double> values;
  std::vector<double> weights;
  for (const auto& [value, weight] : points) {
    values.push_back(value);
    weights.push_back(weight);
  }

  const double scott = rule_of_thumb(sample, false);
  result.bandwidth_ = options.bandwidth == "scott"       ? scott
                      : options.bandwidth == "silverman" ? rule_of_thumb(sample, true)
                      : options.bandwidth == "cv"
                          ? cross_validated(values, weights, domain, sample, scott)
                          : parse_bandwidth(options.bandwidth);
  result.kept_ = sample.values.size();
  if (!options.exact) {
    Grid grid = make_grid(values, weights, domain, result.bandwidth_, result.bandwidth_);
    if (kLeastNodesPerBandwidth * grid.spacing <= result.bandwidth_) {
      const Smoother smoother(grid);
      result.table_.low = grid.low;
      result.table_.spacing = grid.spacing;
      result.table_.density = smoother.density(result.bandwidth_, false);
      result.table_.slope = smoother.density(result.bandwidth_, true);
      for (double& slope : result.table_.slope) {
        slope *= grid.spacing;
      }
      result.table_.least = kLeastTable * *std::max_element(result.table_.density.begin(),
                                                            result.table_.density.end());
      values.clear();
      weights.clear();
      for (size_t k = 0; k < grid.weights.size(); ++k) {
        if (grid.weights[k] > 0) {
          values.push_back(grid.low + static_cast<double>(k) * grid.spacing);
          weights.push_back(grid.weights[k]);
        }
      }
      result.kept_ = values.size() / mirrors.size();
    }
  }
  if (domain.kind == DomainKind::circular) {
    const size_t once = values.size();
    std::vector<double> around;
    std::vector<double> weights_around;
    for (const double shift : {-domain.length, 0.0, domain.length}) {
      for (size_t i = 0; i < once; ++i) {
        around.push_back(values[i] + shift);
        weights_around.push_back(weights[i]);
      }
    }
    values = std::move(around);
    weights = std::move(weights_around);
  }
  result.centres_ = std::move(values);
  result.weights_ = std::move(weights);
  result.up_to_.resize(result.weights_.size());
  std::partial_sum(result.weights_.begin(), result.weights_.end(), result.up_to_.begin());
  result.below_ = is_folded(domain) ? result.unfolded_cdf(domain.origin) : 0;
  return result;
}

double KernelDensity::log_density_at(double y) const {
  if (!table_.density.empty()) {
    const auto nodes = static_cast<double>(table_.density.size());
    double position = (y - table_.low) / table_.spacing;
    if (domain_.kind == DomainKind::circular && position >= nodes) {
      position -= nodes;
    }
    if (position >= 0 && position < nodes) {
      const auto k = static_cast<size_t>(position);
      const size_t next = k + 1 < table_.density.size() ? k + 1 : 0;
      const double t = position - static_cast<double>(k);
      const double rise = table_.density[next] - table_.density[k];
      const double bend = table_.slope[k] - rise;
      const double other = rise - table_.slope[next];
      const double density =
          table_.density[k] + t * (rise + (1 - t) * (bend * (1 - t) + other * t));
      if (density > table_.least) {
        return std::log(density);
      }
    }
  }
  // The nearest centre, and all that are not negligible beside it.
  const auto above = std::lower_bound(centres_.begin(), centres_.end(), y);
  double nearest = above == centres_.end() ? kInfinity : *above - y;
  nearest = above == centres_.begin() ? nearest : std::min(nearest, y - above[-1]);
  const double reach = std::sqrt(nearest * nearest + 2 * kNegligible * bandwidth_ * bandwidth_);
  const auto first = std::lower_bound(centres_.begin(), above, y - reach);
  const auto last = std::upper_bound(above, centres_.end(), y + reach);
  const auto offset = static_cast<size_t>(first - centres_.begin());
  const auto count = static_cast<size_t>(last - first);
  return std::log(normal_density(0, bandwidth_)) +
         log_kernel_sum(y, bandwidth_, std::span(centres_).subspan(offset, count),
                        std::span(weights_).subspan(offset, count), nearest);
}

double KernelDensity::unfolded_cdf(double y) const {
  const auto first = std::lower_bound(centres_.begin(), centres_.end(), y - kReach * bandwidth_);
  const auto last = std::upper_bound(first, centres_.end(), y + kTailReach * bandwidth_);
  const auto begin = static_cast<size_t>(first - centres_.begin());
  double sum = begin == 0 ? 0 : up_to_[begin - 1];
  for (auto centre = first; centre != last; ++centre) {
    const double t = (*centre - y) / (bandwidth_ * std::numbers::sqrt2);
    sum += weights_[static_cast<size_t>(centre - centres_.begin())] * 0.5 * std::erfc(t);
  }
  return sum;
}

void KernelDensity::logpdf(std::span<const double> y, std::span<double> out) const {
  for (size_t i = 0; i < y.size(); ++i) {
    const double at = into_domain(domain_, y[i]);
    const bool outside =
        domain_.kind == DomainKind::reflected && (at < domain_.origin || at > domain_.upper());
    out[i] = outside ? -kInfinity : log_density_at(at);
  }
}

void KernelDensity::cdf(std::span<const double> y, std::span<double> out) const {
  for (size_t i = 0; i < y.size(); ++i) {
    double at = into_domain(domain_, y[i]);
    at = is_folded(domain_) ? std::clamp(at, domain_.origin, domain_.upper()) : at;
    out[i] = std::clamp(unfolded_cdf(at) - below_, 0.0, 1.0);
  }
}

void KernelDensity::sample(uint64_t seed, uint64_t first, std::span<double> out) const {
  for (size_t i = 0; i < out.size(); ++i) {
    Rng rng(seed, first + i);
    const double u = rng.uniform() * up_to_.back();
    const auto k =
        static_cast<size_t>(std::upper_bound(up_to_.begin(), up_to_.end(), u) - up_to_.begin());
    // An image of a value is drawn as often as the value, and falls where it belongs.
    out[i] = fold(domain_, centres_[std::min(k, centres_.size() - 1)] + bandwidth_ * rng.normal());
  }
}

int64_t KernelDensity::parameter_count() const { return static_cast<int64_t>(kept_) + 1; }

std::string KernelDensity::text() const {
  return fmt::format("kernel density of bandwidth {:.4g}, {}", bandwidth_,
                     table_.density.empty() ? "exact" : "binned");
}

}  // namespace yonder::density
