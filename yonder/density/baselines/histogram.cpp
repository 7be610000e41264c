// SPDX-License-Identifier: Apache-2.0
#include "yonder/density/baselines/histogram.h"

#include "yonder/base/error.h"
#include "yonder/base/random.h"
#include "yonder/density/baselines/normal_sum.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

namespace yonder::density {
namespace {

constexpr int64_t kMostBins = 1 << 16;
constexpr double kAdded = 0.5;  // values per bar and tail

// The number of values in each of `bins` bars.
std::vector<double> count_values(const WeightedSample& sample, double low, double high,
                                 int64_t bins) {
  std::vector<double> counts(static_cast<size_t>(bins));
  const double scale = static_cast<double>(bins) / (high - low);
  for (size_t i = 0; i < sample.values.size(); ++i) {
    const auto bin = static_cast<int64_t>((sample.values[i] - low) * scale);
    counts[static_cast<size_t>(std::clamp<int64_t>(bin, 0, bins - 1))] +=
        sample.weights[i] * sample.effective_size;
  }
  return counts;
}

// ln of the probability that this number of bars gives the values, up to a constant, over all
// heights of bars under Jeffreys' prior.
double log_evidence(const std::vector<double>& counts, double size) {
  const auto bins = static_cast<double>(counts.size());
  double sum =
      std::lgamma(kAdded * bins) - std::lgamma(size + kAdded * bins) + size * std::log(bins);
  for (const double count : counts) {
    sum += std::lgamma(count + kAdded) - std::lgamma(kAdded);
  }
  return sum;
}

}  // namespace

Histogram Histogram::fit(const WeightedSample& sample, const Domain& domain, int64_t bins) {
  require(bins >= 0 && bins <= kMostBins, ErrorKind::bad_option,
          "a histogram of {} bars was asked for; 1 to {} are possible, or auto", bins, kMostBins);
  Histogram result;
  result.domain_ = domain;
  const bool bounded = is_folded(domain);
  result.low_ = bounded ? domain.origin : sample.values.front();
  const double high = bounded ? domain.upper() : sample.values.back();
  std::vector<double> counts;
  if (bins == 0) {
    double best = -std::numeric_limits<double>::infinity();
    const auto most = static_cast<double>(
        std::min<int64_t>(kMostBins, static_cast<int64_t>(sample.values.size())));
    for (double tried = 1; tried <= most; tried = std::max(std::floor(tried * 1.05), tried + 1)) {
      std::vector<double> tried_counts =
          count_values(sample, result.low_, high, static_cast<int64_t>(tried));
      const double score = log_evidence(tried_counts, sample.effective_size);
      if (score > best) {
        best = score;
        counts = std::move(tried_counts);
      }
    }
  } else {
    counts = count_values(sample, result.low_, high, bins);
  }
  const auto count = static_cast<double>(counts.size());
  const double tails = bounded ? 0 : 2;
  const double total = sample.effective_size + kAdded * (count + tails);
  result.width_ = (high - result.low_) / count;
  result.tail_mass_ = bounded ? 0 : kAdded / total;
  result.tail_length_ = bounded ? 0 : std::max(result.width_, (high - result.low_) / 100);
  result.below_ = {result.tail_mass_};
  for (const double values : counts) {
    result.masses_.push_back((values + kAdded) / total);
    result.below_.push_back(result.below_.back() + result.masses_.back());
  }
  return result;
}

void Histogram::logpdf(std::span<const double> y, std::span<double> out) const {
  const double high = low_ + width_ * static_cast<double>(masses_.size());
  for (size_t i = 0; i < y.size(); ++i) {
    const double at = into_domain(domain_, y[i]);
    const double beyond = std::max(low_ - at, at - high);
    if (beyond > 0) {
      out[i] = tail_mass_ > 0 ? std::log(tail_mass_ / tail_length_) - beyond / tail_length_
                              : -std::numeric_limits<double>::infinity();
      continue;
    }
    const auto bin = static_cast<size_t>((at - low_) / width_);
    out[i] = std::log(masses_[std::min(bin, masses_.size() - 1)] / width_);
  }
}

void Histogram::cdf(std::span<const double> y, std::span<double> out) const {
  const double high = low_ + width_ * static_cast<double>(masses_.size());
  for (size_t i = 0; i < y.size(); ++i) {
    const double at = into_domain(domain_, y[i]);
    if (at <= low_) {
      out[i] = tail_mass_ > 0 ? tail_mass_ * std::exp((at - low_) / tail_length_) : 0;
    } else if (at >= high) {
      out[i] = tail_mass_ > 0 ? 1 - tail_mass_ * std::exp((high - at) / tail_length_) : 1;
    } else {
      const double position = (at - low_) / width_;
      const size_t bin = std::min(static_cast<size_t>(position), masses_.size() - 1);
      out[i] = below_[bin] + masses_[bin] * (position - static_cast<double>(bin));
    }
  }
}

void Histogram::sample(uint64_t seed, uint64_t first, std::span<double> out) const {
  const double high = low_ + width_ * static_cast<double>(masses_.size());
  for (size_t i = 0; i < out.size(); ++i) {
    Rng rng(seed, first + i);
    const double u = rng.uniform_open();
    if (tail_mass_ > 0 && u < below_.front()) {
      out[i] = low_ + tail_length_ * std::log(u / tail_mass_);
    } else if (tail_mass_ > 0 && u >= below_.back()) {
      out[i] = high - tail_length_ * std::log((1 - u) / tail_mass_);
    } else {
      const auto above = std::upper_bound(below_.begin(), below_.end(), u) - below_.begin();
      const size_t bin = std::min(static_cast<size_t>(above), masses_.size()) - 1;
      out[i] = low_ + width_ * (static_cast<double>(bin) + (u - below_[bin]) / masses_[bin]);
    }
  }
}

int64_t Histogram::parameter_count() const { return bins() - 1 + (tail_mass_ > 0 ? 2 : 0); }

std::string Histogram::text() const { return fmt::format("histogram of {} bars", bins()); }

}  // namespace yonder::density
